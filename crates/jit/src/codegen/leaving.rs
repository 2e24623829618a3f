//! Lanes that leave early: `break`, `continue` and `return` on some paths of a vector loop.
//!
//! A jump takes the lanes that make it out of the mask and notes them at its label. What follows is generated for the lanes
//! that are left; at the label the others come back. If everybody who left in between is back there, the mask is the one
//! from before.

use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::Gen;
use super::vector::{Cost, Lanes, Verdict};
use crate::affine::Changes;
use crate::ir::{Label, Local, Loop, Stmt};

/// The labels outside of the statements that they jump to.
pub(super) fn outward(stmts: &[Stmt]) -> Vec<Label> {
    let mut found = Vec::new();
    collect(stmts, &mut Vec::new(), &mut found);
    found
}

/// The same of a loop.
pub(super) fn outward_of(inner: &Loop) -> Vec<Label> {
    let mut found = Vec::new();
    collect(&inner.body, &mut vec![inner.exit, inner.next], &mut found);
    found
}

fn collect(stmts: &[Stmt], inside: &mut Vec<Label>, found: &mut Vec<Label>) {
    for stmt in stmts {
        let depth = inside.len();
        match stmt {
            Stmt::Jump(label) => {
                if !inside.contains(label) && !found.contains(label) {
                    found.push(*label);
                }
            }
            Stmt::If(_, then, otherwise) => {
                collect(then, inside, found);
                collect(otherwise, inside, found);
            }
            Stmt::Labeled(label, body) => {
                inside.push(*label);
                collect(body, inside, found);
            }
            Stmt::Loop(inner) => {
                inside.extend([inner.exit, inner.next]);
                collect(&inner.body, inside, found);
            }
            Stmt::Switch { exit, cases, .. } => {
                inside.push(*exit);
                for (_, body) in cases {
                    collect(body, inside, found);
                }
            }
            Stmt::Expr(_) | Stmt::SetArr(..) | Stmt::Copy { .. } => {}
        }
        inside.truncate(depth);
    }
}

impl<'x> Gen<'x, '_> {
    /// Adds what the statements cost: after one that lanes may leave from, the others are for some lanes only.
    pub(super) fn list_cost(&self, stmts: &[Stmt], at: (Local, &Changes), cost: &mut Cost) -> Verdict {
        let outer = cost.masked;
        for stmt in stmts {
            self.stmt_cost(stmt, at, cost)?;
            if matches!(stmt, Stmt::Jump(_)) {
                break;
            }
            cost.masked |= !outward(std::slice::from_ref(stmt)).is_empty();
        }
        cost.masked = outer;
        Ok(())
    }

    /// The same of statements that some lanes do not come to.
    pub(super) fn side_cost(&self, stmts: &[Stmt], at: (Local, &Changes), cost: &mut Cost) -> Verdict {
        let outer = std::mem::replace(&mut cost.masked, true);
        self.list_cost(stmts, at, cost)?;
        cost.masked = outer;
        Ok(())
    }

    /// Statements over one register, as far as any lane gets.
    pub(super) fn vector_list(&mut self, stmts: &'x [Stmt], lanes: &mut Lanes<'_>) {
        for stmt in stmts {
            if lanes.gone {
                return;
            }
            self.vector_stmt(stmt, lanes);
        }
    }

    /// All bits of all lanes.
    pub(super) fn everybody(&mut self) -> Value {
        let ones = self.b.ins().iconst(types::I64, -1);
        self.b.ins().splat(types::I64X2, ones)
    }

    pub(super) fn nobody(&mut self) -> Value {
        let zero = self.b.ins().iconst(types::I64, 0);
        self.b.ins().splat(types::I64X2, zero)
    }

    /// Lanes may jump to the label from here on.
    pub(super) fn open_label(&mut self, label: Label, lanes: &mut Lanes<'_>) {
        let arrived = self.b.declare_var(types::I64X2);
        let nobody = self.nobody();
        self.b.def_var(arrived, nobody);
        lanes.labels.insert(label, arrived);
    }

    /// The lanes that have jumped to the label so far.
    pub(super) fn arrived(&mut self, label: Label, lanes: &Lanes<'_>) -> Value {
        let arrived = lanes.labels[&label];
        self.b.use_var(arrived)
    }

    /// All lanes that are here leave.
    pub(super) fn jump_lanes(&mut self, label: Label, lanes: &mut Lanes<'_>) {
        let here = match lanes.mask {
            Some(mask) => mask,
            None => self.everybody(),
        };
        let before = self.arrived(label, lanes);
        let after = self.b.ins().bor(before, here);
        self.b.def_var(lanes.labels[&label], after);
        lanes.gone = true;
    }

    /// The lanes that are here, and those that have jumped to the label.
    pub(super) fn rejoined(&mut self, label: Label, lanes: &Lanes<'_>) -> Value {
        let arrived = self.arrived(label, lanes);
        match lanes.mask {
            _ if lanes.gone => arrived,
            Some(mask) => self.b.ins().bor(mask, arrived),
            None => self.everybody(),
        }
    }

    /// Goes on behind the statements of the label with those that are here and those that have jumped. `outer` is the mask
    /// from before the statements.
    pub(super) fn close_label(&mut self, label: Label, body: &[Stmt], outer: Option<Value>, lanes: &mut Lanes<'_>) {
        let all_are_back = outward(body).iter().all(|other| *other == label);
        lanes.mask = if all_are_back { outer } else { Some(self.rejoined(label, lanes)) };
        lanes.labels.remove(&label);
        lanes.gone = false;
    }

    /// Both sides of a condition, each for the lanes that take it.
    pub(super) fn vector_sides(&mut self, stmt: &Stmt, sides: [(Value, &'x [Stmt]); 2], lanes: &mut Lanes<'_>) {
        let outer = lanes.mask;
        let mut here: Option<Value> = None;
        for (side, body) in sides {
            lanes.mask = Some(match outer {
                Some(outer) => self.b.ins().band(outer, side),
                None => side,
            });
            lanes.gone = false;
            self.vector_list(body, lanes);
            if let (false, Some(mask)) = (lanes.gone, lanes.mask) {
                here = Some(match here {
                    Some(others) => self.b.ins().bor(others, mask),
                    None => mask,
                });
            }
        }
        let some_leave = !outward(std::slice::from_ref(stmt)).is_empty();
        lanes.gone = here.is_none();
        lanes.mask = if some_leave { here } else { outer };
    }
}

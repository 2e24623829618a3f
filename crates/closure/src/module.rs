//! What a whole script says about its top level: imports, exports, names that change, strict parts.
//!
//! A function that captures an import takes the import along, not the value; so the declarations that bind modules are
//! listed with what they bind: `import` declarations, `const x = require('…')`, `const x = await import('…')`, and the
//! wrapped form `const x = __importStar(require('…'))` that compilers emit.

use oxc_allocator::Allocator;
use oxc_ast_visit::Visit;
use oxc_semantic::{Scoping, SemanticBuilder, SymbolFlags, SymbolId};
use oxc_span::SourceType;

use crate::offsets::Offsets;
use crate::parse::{self, SyntaxError};
use crate::script::ScriptWalker;

/// How a module is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportKind {
    /// `import … from` or `await import()`.
    Import,
    /// `require()`.
    Require,
    /// `helper(require(), …)`.
    Interop,
}

/// A name of the top level that stands for (a part of) another module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    pub local: String,
    pub specifier: String,
    /// Export names to follow from the module's namespace (or `module.exports`); empty for all of it.
    pub path: Vec<String>,
    pub kind: ImportKind,
}

/// An export that is declared in this script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    pub name: String,
    /// The top-level variable, or `None` for a default export without a name.
    pub local: Option<String>,
    /// Where the expression of a nameless default export starts and ends.
    pub span: Option<(u32, u32)>,
}

/// All there is to know about a script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModuleAnalysis {
    pub imports: Vec<Import>,
    pub exports: Vec<Export>,
    /// Names of which some variable of that name is assigned after its declaration, anywhere in the script.
    pub unstable: Vec<String>,
    /// Start and end of the parts that are strict code, outermost only.
    pub strict: Vec<(u32, u32)>,
    /// Where the function expressions start that have a name of their own (as opposed to declarations).
    pub named_expressions: Vec<u32>,
}

/// Analyzes a script; TypeScript is accepted where JavaScript fails.
///
/// # Errors
/// [`SyntaxError`] if the text is neither.
pub fn analyze(source: &str, is_module: bool) -> Result<ModuleAnalysis, SyntaxError> {
    let first = if is_module { SourceType::mjs() } else { SourceType::cjs() };
    analyze_as(source, first).or_else(|error| analyze_as(source, SourceType::ts()).map_err(|_| error))
}

fn analyze_as(source: &str, source_type: SourceType) -> Result<ModuleAnalysis, SyntaxError> {
    let allocator = Allocator::default();
    let program = parse::parse(&allocator, source, source_type)?;
    let scoping = SemanticBuilder::new().build(&program).semantic.into_scoping();
    let offsets = Offsets::new(source, 0);
    let mut walker = ScriptWalker::new(&offsets);
    if source_type.is_module() || program.has_use_strict_directive() {
        walker.strict_program(program.span);
    }
    walker.visit_program(&program);
    let mut analysis = walker.finish();
    let mut unstable: Vec<String> = changing(&scoping).chain(analysis.unstable).collect();
    unstable.sort_unstable();
    unstable.dedup();
    analysis.imports.retain(|import| !changes_at_top(&scoping, &import.local));
    analysis.unstable = unstable;
    let imported: Vec<&str> = analysis.imports.iter().map(|import| import.local.as_str()).collect();
    analysis.exports.retain(|export| export.local.as_deref().is_none_or(|local| !imported.contains(&local)));
    Ok(analysis)
}

fn changes_at_top(scoping: &Scoping, name: &str) -> bool {
    let root = scoping.root_scope_id();
    scoping.symbol_ids().any(|symbol| {
        scoping.symbol_scope_id(symbol) == root && scoping.symbol_name(symbol) == name && changes(scoping, symbol)
    })
}

fn changes(scoping: &Scoping, symbol: SymbolId) -> bool {
    scoping.symbol_is_mutated(symbol) || !scoping.symbol_redeclarations(symbol).is_empty()
}

/// Variables that are assigned, or declared more than once.
fn changing(scoping: &Scoping) -> impl Iterator<Item = String> + '_ {
    scoping
        .symbol_ids()
        .filter(|&symbol| {
            scoping.symbol_flags(symbol).intersects(SymbolFlags::Variable | SymbolFlags::Function | SymbolFlags::Class)
                && changes(scoping, symbol)
        })
        .map(|symbol| scoping.symbol_name(symbol).to_owned())
}

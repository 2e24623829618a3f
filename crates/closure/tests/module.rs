//! What `module::analyze` reads out of scripts.

use closure::{ImportKind, ModuleAnalysis, module::analyze};

fn module(source: &str) -> ModuleAnalysis {
    analyze(source, true).unwrap_or_else(|error| panic!("{source}: {}", error.message))
}

fn script(source: &str) -> ModuleAnalysis {
    analyze(source, false).unwrap_or_else(|error| panic!("{source}: {}", error.message))
}

fn imports(analysis: &ModuleAnalysis) -> Vec<String> {
    analysis
        .imports
        .iter()
        .map(|import| format!("{}={}:{}", import.local, import.specifier, import.path.join(".")))
        .collect()
}

fn exports(analysis: &ModuleAnalysis) -> Vec<String> {
    analysis
        .exports
        .iter()
        .map(|export| format!("{}={}", export.name, export.local.as_deref().unwrap_or("*")))
        .collect()
}

#[test]
fn import_declarations_are_listed() {
    let analysis = module(
        "import d, { a, b as c, default as e, 'x y' as f } from 'm'; import * as ns from './n.js'; import 'side';
         import json from './x.json' with { type: 'json' };",
    );
    assert_eq!(imports(&analysis), ["d=m:default", "a=m:a", "c=m:b", "e=m:default", "f=m:x y", "ns=./n.js:"]);
    assert!(analysis.imports.iter().all(|import| import.kind == ImportKind::Import));
}

#[test]
fn variables_that_hold_modules_are_listed() {
    let analysis = script(
        "const a = require('a'); var { b, c: d } = require(`b`); let e = require('e').f.g;
         const h = __importStar(require('h')), i = tslib_1.__importDefault(require('i'));
         function f() { const inner = require('inner') } { const block = require('block') }
         const made = require('debug')('app'); const dynamic = require(name);",
    );
    assert_eq!(imports(&analysis), ["a=a:", "b=b:b", "d=b:c", "e=e:f.g", "h=h:", "i=i:"]);
    assert_eq!(analysis.imports[4].kind, ImportKind::Interop);
    let analysis =
        module("const ns = await import('m'); const { x } = await import('m'); const y = (await import('m')).z;");
    assert_eq!(imports(&analysis), ["ns=m:", "x=m:x", "y=m:z"]);
}

#[test]
fn a_variable_that_is_assigned_again_holds_no_module() {
    assert_eq!(imports(&script("let a = require('a'); a = 1; var b = require('b'); var b = 2;")), [] as [&str; 0]);
}

#[test]
fn a_variable_of_the_same_name_elsewhere_does_not_matter() {
    assert_eq!(
        imports(&module("import path from 'path'; function f() { var path = 1; path = 2 }")),
        ["path=path:default"]
    );
}

#[test]
fn exports_have_their_local_names() {
    let analysis = module(
        "export function f() {} export class C {} export const { a, b: [c] } = o; export { f as g, a as 'x y' };
         export { z } from 'z'; export * from 'y'; import { i } from 'i'; export { i }; export default f;",
    );
    assert_eq!(exports(&analysis), ["f=f", "C=C", "a=a", "c=c", "g=f", "x y=a", "default=f"]);
}

#[test]
fn default_exports_without_a_name_have_a_span() {
    assert_eq!(module("export default function () {}").exports[0].span, Some((15, 29)));
    assert_eq!(module("export default (x => x);").exports[0].span, Some((16, 22)));
    assert_eq!(module("export default class {}").exports[0].local, None);
    assert_eq!(exports(&module("export default function named() {}")), ["default=named"]);
}

#[test]
fn names_that_change_are_unstable() {
    let analysis = module(
        "let a = 1; a++; let b = 2; const c = 3; var d = 4; function f() { var e = 5 } function g() {} g = 1;
         for (const x of y) { b } { var h = 1 } function p(q, r) { q = 1 } let s; [s] = [1];",
    );
    assert_eq!(analysis.unstable, ["a", "e", "g", "h", "q", "s"]);
}

#[test]
fn strict_parts_are_outermost() {
    assert_eq!(module("() => 1").strict, [(0, 7)]);
    assert_eq!(script("'use strict'; f(() => 1)").strict, [(0, 24)]);
    assert_eq!(script("function f() { 'use strict'; class A {} } class B { m() {} }").strict, [(0, 41), (42, 60)]);
    assert_eq!(script("f()").strict, []);
}

#[test]
fn named_function_expressions_are_told_from_declarations() {
    let analysis = script("function a() {} const b = function c() {}; (function d() {})(); ({ e() {} })");
    assert_eq!(analysis.named_expressions, [26, 44]);
}

#[test]
fn typescript_is_accepted() {
    let analysis =
        module("import type { T } from 't'; import { type U, v } from 'v'; export const x: T<U> = v as any;");
    assert_eq!(imports(&analysis), ["v=v:v"]);
    assert_eq!(exports(&analysis), ["x=x"]);
    assert!(analyze("const = ;", true).is_err());
}

#[test]
fn commonjs_may_return_at_the_top() {
    assert_eq!(imports(&script("const a = require('a'); return;")), ["a=a:"]);
}

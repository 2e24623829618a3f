//! What `function::analyze` reads out of function texts.

use closure::{Form, FunctionAnalysis, ProblemKind, function::analyze};

fn report(source: &str) -> FunctionAnalysis {
    analyze(source).unwrap_or_else(|error| panic!("{source}: {}", error.message))
}

fn free(source: &str) -> Vec<String> {
    report(source).free.into_iter().map(|free| free.name).collect()
}

fn written(source: &str) -> Vec<String> {
    report(source).free.into_iter().filter(|free| free.written_at.is_some()).map(|free| free.name).collect()
}

fn eager(source: &str) -> Vec<String> {
    report(source).free.into_iter().filter(|free| free.eager).map(|free| free.name).collect()
}

fn problems(source: &str) -> Vec<ProblemKind> {
    report(source).problems.into_iter().map(|problem| problem.kind).collect()
}

#[test]
fn every_kind_of_function_text_is_read() {
    let forms = [
        ("x => x", Form::Arrow),
        ("async (x) => { await x }", Form::Arrow),
        ("function () {}", Form::Function),
        ("async function* named() {}", Form::Function),
        ("class {}", Form::Class),
        ("class A extends B { #p = 1 }", Form::Class),
        ("method() {}", Form::Method),
        ("async *method() {}", Form::Method),
        ("[Symbol.iterator]() {}", Form::Method),
        ("'quoted key'() {}", Form::Method),
        ("12() {}", Form::Method),
        ("async() {}", Form::Method),
        ("get() {}", Form::Method),
        ("static() {}", Form::Method),
        ("#secret() {}", Form::Method),
        ("get size() { return 1 }", Form::Getter),
        ("set size(x) {}", Form::Setter),
    ];
    for (source, form) in forms {
        assert_eq!(report(source).form, form, "{source}");
    }
}

#[test]
fn a_text_that_is_no_function_is_an_error() {
    for source in ["function () { [native code] }", "1 + 1", "", "(", "x => x; y", "{ a: 1 }", "const f = () => 1"] {
        assert!(analyze(source).is_err(), "{source}");
    }
}

#[test]
fn free_variables_are_those_not_declared_inside() {
    assert_eq!(free("(a, { b, ...c }, [d] = e, ...f) => a + b + c + d + f + g"), ["e", "g"]);
    assert_eq!(free("function f() { return f() + g }"), ["g"]);
    assert_eq!(free("() => { let x = 1; { var y = x } return y + z }"), ["z"]);
    assert_eq!(free("() => { for (const [k, v] of items) use(k, v) }"), ["items", "use"]);
    assert_eq!(free("() => { try { a() } catch ({ message }) { log(message) } }"), ["a", "log"]);
    assert_eq!(free("() => { label: for (;;) break label }"), [] as [&str; 0]);
    assert_eq!(free("() => ({ key: value, short, method() { return inner } }).key"), ["value", "short", "inner"]);
    assert_eq!(free("() => object.property?.[computed]"), ["object", "computed"]);
    assert_eq!(free("() => tag`text ${part}`"), ["tag", "part"]);
    assert_eq!(free("() => typeof missing"), ["missing"]);
    assert_eq!(free("() => { hoisted(); function hoisted() {} }"), [] as [&str; 0]);
    assert_eq!(free("function () { return arguments.length }"), [] as [&str; 0]);
    assert_eq!(free("() => undefined"), ["undefined"]);
}

#[test]
fn a_free_variable_has_the_place_of_its_first_use() {
    let analysis = report("() => { 'ä😀'; return later + later }");
    assert_eq!(analysis.free[0].at, 22);
}

#[test]
fn assignments_of_every_kind_are_seen() {
    for source in [
        "() => { x = 1 }",
        "() => x++",
        "() => --x",
        "() => x += 1",
        "() => x ??= 1",
        "() => { [x] = y }",
        "() => { ({ a: x } = y) }",
        "() => { ({ x = 1 } = y) }",
        "() => { [...x] = y }",
        "() => { for (x of y); }",
        "() => { for (x in y); }",
        "() => () => { x = 1 }",
    ] {
        assert_eq!(written(source), ["x"], "{source}");
    }
    for source in ["() => { let x; x = 1 }", "x => { x = 1 }", "() => { o.x = 1 }", "() => { o[x] = 1 }"] {
        assert_eq!(written(source), [] as [&str; 0], "{source}");
    }
}

#[test]
fn the_own_name_is_not_free() {
    let analysis = report("function fact(n) { return n * fact(n - 1) }");
    assert_eq!(analysis.own_name.as_deref(), Some("fact"));
    assert!(analysis.own_name_used && !analysis.own_name_written);
    let analysis = report("function _typeof(o) { return _typeof = f, _typeof(o) }");
    assert!(analysis.own_name_written);
    assert!(!report("function f(f) { return f }").own_name_used);
}

#[test]
fn keywords_of_the_surroundings_are_problems_of_arrows() {
    use ProblemKind::{Arguments, NewTarget, Super, This};
    assert_eq!(problems("() => this.x"), [This]);
    assert_eq!(problems("() => () => this"), [This]);
    assert_eq!(problems("() => arguments[0]"), [Arguments]);
    assert_eq!(problems("() => new.target"), [NewTarget]);
    assert_eq!(problems("(a = this) => a"), [This]);
    assert_eq!(problems("() => class extends this.Base { [this.key]() {} }"), [This, This]);
    assert_eq!(problems("() => function () { return this + arguments + new.target }"), []);
    assert_eq!(problems("() => ({ m() { return super.m() + this.x } })"), []);
    assert_eq!(problems("() => class { x = this; static y = this; static { this } }"), []);
    assert_eq!(problems("function () { return () => this }"), []);
    assert_eq!(problems("m() { return () => super.m() }"), [Super]);
}

#[test]
fn this_handed_to_an_async_helper_counts_only_if_the_body_uses_it() {
    assert_eq!(problems("() => __awaiter(this, void 0, void 0, function* () { yield p })"), []);
    assert_eq!(problems("() => (0, tslib_1.__awaiter)(this, void 0, void 0, function* () { yield p })"), []);
    assert_eq!(problems("() => __awaiter(this, void 0, void 0, function* () { yield this.p })"), [ProblemKind::This]);
    assert_eq!(problems("() => other(this, function* () {})"), [ProblemKind::This]);
}

#[test]
fn methods_must_not_use_their_object() {
    use ProblemKind::{Super, This};
    assert_eq!(problems("m() { return this.x + super.y }"), [This, Super]);
    assert_eq!(problems("get x() { return () => this }"), [This]);
    assert_eq!(problems("m() { return function () { return this } }"), []);
    assert_eq!(problems("m() { return arguments.length + new.target }"), []);
    assert_eq!(problems("class { m() { return this.x + super.y } }"), []);
}

#[test]
fn private_names_of_the_class_around_are_problems() {
    assert_eq!(problems("(o) => o.#x"), [ProblemKind::PrivateName]);
    assert_eq!(problems("(o) => #x in o"), [ProblemKind::PrivateName]);
    assert_eq!(problems("class { #x = 1; m(o) { return #x in o && o.#x } }"), []);
}

#[test]
fn a_class_needs_early_what_its_definition_evaluates() {
    assert_eq!(eager("class { [key]() { return late } }"), ["key"]);
    assert_eq!(eager("class { static a = early; b = late }"), ["early"]);
    assert_eq!(eager("class { static { (() => early)() } m() { late } }"), ["early"]);
    assert_eq!(eager("class { m() { return class extends late {} } }"), [] as [&str; 0]);
    assert_eq!(eager("() => class { static a = late }"), [] as [&str; 0]);
    assert_eq!(eager("class A { static a = new A(); m() { return any } }"), ["any"]);
    assert_eq!(eager("class { static a = this.m(); static m() { return any } }"), ["any"]);
    assert_eq!(eager("class { static { __name(this, 'A') } m() { return late } }"), ["__name"]);
}

#[test]
fn what_a_class_extends_is_not_free() {
    assert_eq!(free("class extends mixin(Base) { m() { return x } }"), ["x"]);
    assert_eq!(report("class extends (B) {}").heritage, Some((14, 17)));
    assert_eq!(report("class extends null {}").heritage, None);
}

#[test]
fn class_members_are_described() {
    assert!(report("class { #a = 1 }").private_members);
    assert!(report("class { get #a() { return 1 } }").private_members);
    assert!(!report("class { static #a = 1 }").private_members);
    assert_eq!(report("class { static a = 1; static 'b c'; static m() {} c }").static_fields, ["a", "b c"]);
}

#[test]
fn keys_that_cannot_stay_are_reported() {
    assert_eq!(report("plain() {}").key, Some((0, 5)));
    assert!(!report("plain() {}").replace_key);
    let computed = report("async *[a[0] + ']'](x) {}");
    assert!(computed.replace_key);
    assert_eq!(computed.free, []);
    assert!(report("#secret() {}").replace_key);
}

#[test]
fn import_meta_and_import_are_reported() {
    assert_eq!(report("() => import.meta.url").metas, [(6, 17)]);
    assert_eq!(report("() => { import . meta }").metas, [(8, 21)]);
    assert!(report("() => import('./x.js')").dynamic_import);
    assert!(!report("() => 1").dynamic_import);
}

#[test]
fn strictness_of_the_text_itself() {
    assert!(report("function () { 'use strict' }").strict);
    assert!(report("class {}").strict);
    assert!(!report("function () { with (o) { x } }").strict);
}

#[test]
fn minified_and_instrumented_texts_are_read() {
    assert_eq!(free("t=>{for(var n=0,r=e.length;n<r&&(t=i(t,e[n]),!0);n++);return void 0===t?!1:t}"), ["e", "i"]);
    assert_eq!(free("(x)=>{cov_1a().f[0]++;cov_1a().s[1]++;return x}"), ["cov_1a"]);
    assert_eq!(free("(x) => (0, mod_1.fn)(x)"), ["mod_1"]);
    assert_eq!(
        free("function () { return __awaiter(this, void 0, void 0, function* () { yield p }) }"),
        ["__awaiter", "p"]
    );
}

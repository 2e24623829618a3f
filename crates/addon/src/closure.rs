//! The binding of the `closure` crate: reports of function and script texts as plain objects.
//!
//! A text that does not parse is a value (`{ error }`), not an exception: the caller knows better what to tell its user.

use closure::{Form, FunctionAnalysis, ImportKind, ModuleAnalysis, ProblemKind};
use napi_derive::napi;

/// A free variable: where it is used first, where it is assigned first (-1: never), needed to evaluate a class text.
#[napi(object)]
pub(crate) struct FreeVariable {
    pub name: String,
    pub at: u32,
    pub written_at: i32,
    pub eager: bool,
}

/// A keyword that reaches outside of the function: `this super arguments new.target #name`.
#[napi(object)]
pub(crate) struct SourceProblem {
    pub kind: String,
    pub at: u32,
}

/// What `analyzeFunction` finds; offsets are UTF-16 code units of the text.
#[napi(object)]
pub(crate) struct FunctionReport {
    /// Set, with all else empty, if the text is no function.
    pub error: Option<String>,
    /// `arrow function class method getter setter`.
    pub form: String,
    pub is_async: bool,
    pub is_generator: bool,
    /// `[start, end]` of a method's key, or empty.
    pub key: Vec<u32>,
    pub replace_key: bool,
    /// `[start, end]` of what a class extends, or empty.
    pub heritage: Vec<u32>,
    pub own_name: Option<String>,
    pub own_name_used: bool,
    pub own_name_written: bool,
    pub free: Vec<FreeVariable>,
    pub problems: Vec<SourceProblem>,
    /// Flat pairs of start and end of each `import.meta`.
    pub metas: Vec<u32>,
    pub dynamic_import: bool,
    pub private_members: bool,
    pub static_fields: Vec<String>,
    pub strict: bool,
}

/// A top-level name that stands for (a part of) another module.
#[napi(object)]
pub(crate) struct ModuleImport {
    pub local: String,
    pub specifier: String,
    pub path: Vec<String>,
    /// `import require interop`.
    pub kind: String,
}

/// An export declared by the script itself; `span` is set for a nameless default export.
#[napi(object)]
pub(crate) struct ModuleExport {
    pub name: String,
    pub local: Option<String>,
    pub span: Vec<u32>,
}

/// What `analyzeModule` finds.
#[napi(object)]
pub(crate) struct ModuleReport {
    pub error: Option<String>,
    pub imports: Vec<ModuleImport>,
    pub exports: Vec<ModuleExport>,
    /// Names of variables assigned after their declaration.
    pub unstable: Vec<String>,
    /// Flat pairs of start and end of the strict parts.
    pub strict: Vec<u32>,
    /// Starts of the function expressions with a name of their own.
    pub named_expressions: Vec<u32>,
}

/// Free variables and obstacles of the text of one function, as `Function.prototype.toString` gives it.
#[napi]
#[must_use]
pub(crate) fn analyze_function(source: String) -> FunctionReport {
    match closure::function::analyze(&source) {
        Ok(analysis) => function_report(analysis),
        Err(error) => FunctionReport {
            error: Some(error.message),
            form: String::new(),
            is_async: false,
            is_generator: false,
            key: Vec::new(),
            replace_key: false,
            heritage: Vec::new(),
            own_name: None,
            own_name_used: false,
            own_name_written: false,
            free: Vec::new(),
            problems: Vec::new(),
            metas: Vec::new(),
            dynamic_import: false,
            private_members: false,
            static_fields: Vec::new(),
            strict: false,
        },
    }
}

/// Imports, exports, changing names and strict parts of the text of a script.
#[napi]
#[must_use]
pub(crate) fn analyze_module(source: String, is_module: bool) -> ModuleReport {
    match closure::module::analyze(&source, is_module) {
        Ok(analysis) => module_report(analysis),
        Err(error) => ModuleReport {
            error: Some(error.message),
            imports: Vec::new(),
            exports: Vec::new(),
            unstable: Vec::new(),
            strict: Vec::new(),
            named_expressions: Vec::new(),
        },
    }
}

fn function_report(analysis: FunctionAnalysis) -> FunctionReport {
    FunctionReport {
        error: None,
        form: form_name(analysis.form).to_owned(),
        is_async: analysis.is_async,
        is_generator: analysis.is_generator,
        key: pair(analysis.key),
        replace_key: analysis.replace_key,
        heritage: pair(analysis.heritage),
        own_name: analysis.own_name,
        own_name_used: analysis.own_name_used,
        own_name_written: analysis.own_name_written,
        free: analysis.free.into_iter().map(free_variable).collect(),
        problems: analysis.problems.into_iter().map(source_problem).collect(),
        metas: pairs(&analysis.metas),
        dynamic_import: analysis.dynamic_import,
        private_members: analysis.private_members,
        static_fields: analysis.static_fields,
        strict: analysis.strict,
    }
}

fn free_variable(free: closure::Free) -> FreeVariable {
    let written_at = free.written_at.map_or(-1, |at| i32::try_from(at).unwrap_or(i32::MAX));
    FreeVariable { name: free.name, at: free.at, written_at, eager: free.eager }
}

fn source_problem(problem: closure::Problem) -> SourceProblem {
    SourceProblem { kind: problem_name(problem.kind).to_owned(), at: problem.at }
}

fn form_name(form: Form) -> &'static str {
    match form {
        Form::Arrow => "arrow",
        Form::Function => "function",
        Form::Class => "class",
        Form::Method => "method",
        Form::Getter => "getter",
        Form::Setter => "setter",
    }
}

fn problem_name(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::This => "this",
        ProblemKind::Super => "super",
        ProblemKind::Arguments => "arguments",
        ProblemKind::NewTarget => "new.target",
        ProblemKind::PrivateName => "#name",
    }
}

fn module_report(analysis: ModuleAnalysis) -> ModuleReport {
    ModuleReport {
        error: None,
        imports: analysis.imports.into_iter().map(module_import).collect(),
        exports: analysis.exports.into_iter().map(module_export).collect(),
        unstable: analysis.unstable,
        strict: pairs(&analysis.strict),
        named_expressions: analysis.named_expressions,
    }
}

fn module_import(import: closure::Import) -> ModuleImport {
    let kind = match import.kind {
        ImportKind::Import => "import",
        ImportKind::Require => "require",
        ImportKind::Interop => "interop",
    };
    ModuleImport { local: import.local, specifier: import.specifier, path: import.path, kind: kind.to_owned() }
}

fn module_export(export: closure::Export) -> ModuleExport {
    ModuleExport { name: export.name, local: export.local, span: pair(export.span) }
}

fn pair(range: Option<(u32, u32)>) -> Vec<u32> {
    range.map_or_else(Vec::new, |(start, end)| vec![start, end])
}

fn pairs(ranges: &[(u32, u32)]) -> Vec<u32> {
    ranges.iter().flat_map(|&(start, end)| [start, end]).collect()
}

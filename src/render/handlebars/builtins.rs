//! What the language has built in, Handlebars' own and Dotprompt's, but for what repeats. What it says beside text stands
//! between two marks.

use handlebars::{
    Helper, HelperDef, HelperResult, JsonRender as _, Output, RenderContext, RenderError as EngineError,
    RenderErrorReason, Renderable as _, ScopedJson,
};
use serde_json::Value;

use super::{Context, LIMIT, VARIABLE};
use crate::render::MAX_OUTPUT;

/// Gives the registry the language's helpers. Each leaves what it says between two marks.
pub(super) fn register(registry: &mut handlebars::Handlebars<'static>, mark: char, context: &Context) {
    let said = move |what: String| Value::from(format!("{mark}{what}{mark}"));
    let text = |h: &Helper<'_>, at: usize| h.param(at).map(|param| param.value().render()).unwrap_or_default();
    registry.register_helper("history", value_helper(move |_| Ok(said("history".to_owned()))));
    registry.register_helper("section", value_helper(move |h| Ok(said(format!("section:{}", text(h, 0))))));
    registry.register_helper("role", Box::new(RoleHelper(mark)));
    registry.register_helper(
        "media",
        value_helper(move |h| {
            let named =
                |name: &str| h.hash_get(name).map(|value| value.value().render()).filter(|text| !text.is_empty());
            let parts = serde_json::json!([named("url").unwrap_or_default(), named("contentType")]);
            Ok(said(format!("media:{parts}")))
        }),
    );
    registry.register_helper(
        "json",
        value_helper(move |h| {
            let Some(param) = h.param(0) else { return Ok(Value::from("")) };
            let indent = h.hash_get("indent").and_then(|indent| indent.value().as_u64()).unwrap_or(0).min(10) as usize;
            let json = json(param.value(), indent);
            if json.len() > MAX_OUTPUT {
                Err(RenderErrorReason::Other(LIMIT.to_owned()).into())
            } else {
                Ok(Value::from(json))
            }
        }),
    );
    registry.register_helper("log", value_helper(|_| Ok(Value::from(""))));
    registry.register_helper(
        "lookup",
        value_helper(|h| {
            let (Some(value), Some(key)) = (h.param(0), h.param(1)) else { return Ok(Value::Null) };
            let found = match (value.value(), key.value()) {
                (Value::Array(items), key) => key.as_u64().and_then(|at| items.get(usize::try_from(at).ok()?)),
                (Value::Object(entries), key) => entries.get(&key.render()),
                _ => None,
            };
            Ok(found.cloned().unwrap_or(Value::Null))
        }),
    );
    let variables = context.variables.clone();
    registry.register_helper(
        VARIABLE,
        value_helper(move |h| {
            let path = text(h, 0);
            let mut steps = path.split('.');
            let mut value = steps.next().and_then(|name| variables.get(name));
            for step in steps {
                value = value.and_then(|value| match value {
                    Value::Array(items) => items.get(step.parse::<usize>().ok()?),
                    other => other.get(step),
                });
            }
            Ok(value.cloned().unwrap_or(Value::Null))
        }),
    );
    let first = |h: &Helper<'_>| h.param(0).map_or(Value::Null, |param| param.value().clone());
    let second = |h: &Helper<'_>| h.param(1).map_or(Value::Null, |param| param.value().clone());
    let zero = |h: &Helper<'_>| h.hash_get("includeZero").is_some_and(|zero| is_true(zero.value(), false));
    registry.register_helper("if", Box::new(Choice(move |h: &Helper<'_>| is_true(&first(h), zero(h)))));
    registry.register_helper("unless", Box::new(Choice(move |h: &Helper<'_>| !is_true(&first(h), zero(h)))));
    registry.register_helper("ifEquals", Box::new(Choice(move |h: &Helper<'_>| is_same(&first(h), &second(h)))));
    registry.register_helper("unlessEquals", Box::new(Choice(move |h: &Helper<'_>| !is_same(&first(h), &second(h)))));
}

/// What handlebars.js takes for true: zero is not, unless it is told so; an empty list is not, an empty mapping is.
pub(super) fn is_true(value: &Value, zero: bool) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => zero || number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(_) => true,
    }
}

/// JavaScript's `===`: two mappings or lists are never the same.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(_) | Value::Object(_), _) => false,
        _ => one == other,
    }
}

/// `JSON.stringify(value, null, indent)`
fn json(value: &Value, indent: usize) -> String {
    use serde::Serialize as _;
    if indent == 0 {
        return value.to_string();
    }
    let spaces = " ".repeat(indent);
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(spaces.as_bytes());
    let written = value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, formatter));
    written.expect("because a value made of JSON is JSON, and memory takes any bytes");
    String::from_utf8(out).expect("because JSON is UTF-8")
}

struct ValueHelper<F>(F);

fn value_helper<F>(make: F) -> Box<ValueHelper<F>>
where
    F: Fn(&Helper<'_>) -> Result<Value, EngineError> + Send + Sync,
{
    Box::new(ValueHelper(make))
}

impl<F> HelperDef for ValueHelper<F>
where
    F: Fn(&Helper<'_>) -> Result<Value, EngineError> + Send + Sync,
{
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg handlebars::Handlebars<'reg>,
        _: &'rc handlebars::Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, EngineError> {
        (self.0)(h).map(ScopedJson::Derived)
    }
}

/// `{{#if x}}...{{else}}...{{/if}}` and its kind.
struct Choice<F>(F);

impl<F: Fn(&Helper<'_>) -> bool + Send + Sync> HelperDef for Choice<F> {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        r: &'reg handlebars::Handlebars<'reg>,
        ctx: &'rc handlebars::Context,
        rc: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let chosen = if (self.0)(h) { h.template() } else { h.inverse() };
        chosen.map_or(Ok(()), |template| template.render(r, ctx, rc, out))
    }
}

/// `{{role "x"}}`, and as a block: what follows the block is the user's again.
struct RoleHelper(char);

impl HelperDef for RoleHelper {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        r: &'reg handlebars::Handlebars<'reg>,
        ctx: &'rc handlebars::Context,
        rc: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let mark = self.0;
        let role = h.param(0).map(|param| param.value().render()).unwrap_or_default();
        out.write(&format!("{mark}role:{role}{mark}"))?;
        if let Some(template) = h.template() {
            template.render(r, ctx, rc, out)?;
            out.write(&format!("{mark}role:user{mark}"))?;
        }
        Ok(())
    }
}

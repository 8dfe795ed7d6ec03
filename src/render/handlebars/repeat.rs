//! What renders its block once for each item, within what a render may cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use handlebars::{
    BlockContext, BlockParams, Helper, HelperDef, HelperResult, JsonRender as _, Output, RenderContext,
    RenderError as EngineError, RenderErrorReason, Renderable as _, to_json,
};
use serde_json::Value;

use super::LIMIT;
use super::builtins::is_true;

/// `{{#each x}}`, and what it may still cost.
#[derive(Clone)]
pub(super) struct Repeat {
    pub(super) left: Arc<AtomicU64>,
    /// What one turn may write.
    pub(super) bytes: u64,
}

impl Repeat {
    fn charge(&self, turns: usize) -> Result<(), EngineError> {
        let cost = (turns as u64 + 1).saturating_mul(self.bytes.max(64));
        let left = self.left.load(Ordering::Relaxed).checked_sub(cost);
        self.left.store(left.unwrap_or(0), Ordering::Relaxed);
        left.map(drop).ok_or_else(|| RenderErrorReason::Other(LIMIT.to_owned()).into())
    }

    /// Renders the block once for each item, or the part after `{{else}}` where there is none.
    fn over<'reg: 'rc, 'rc>(
        &self,
        (list, path): (&Value, Option<&Vec<String>>),
        h: &Helper<'rc>,
        r: &'reg handlebars::Handlebars<'reg>,
        ctx: &'rc handlebars::Context,
        rc: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let items: Vec<(Value, &Value)> = match list {
            Value::Array(items) => items.iter().enumerate().map(|(at, item)| (to_json(at), item)).collect(),
            Value::Object(entries) => entries.iter().map(|(key, item)| (to_json(key), item)).collect(),
            _ => Vec::new(),
        };
        self.charge(items.len())?;
        let Some(template) = h.template().filter(|_| !items.is_empty()) else {
            return h.inverse().map_or(Ok(()), |otherwise| otherwise.render(r, ctx, rc, out));
        };
        for (at, (key, item)) in items.iter().enumerate() {
            let mut block = BlockContext::new();
            match path {
                Some(path) => *block.base_path_mut() = path.iter().cloned().chain([key.render()]).collect(),
                None => block.set_base_value((*item).clone()),
            }
            block.set_local_var("first", to_json(at == 0));
            block.set_local_var("last", to_json(at + 1 == items.len()));
            block.set_local_var("index", to_json(at));
            block.set_local_var("key", key.clone());
            let mut params = BlockParams::new();
            if let Some(name) = h.block_param() {
                params.add_value(name, (*item).clone())?;
            } else if let Some((name, position)) = h.block_param_pair() {
                params.add_value(name, (*item).clone())?;
                params.add_value(position, key.clone())?;
            }
            block.set_block_params(params);
            rc.push_block(block);
            let rendered = template.render(r, ctx, rc, out);
            rc.pop_block();
            rendered?;
        }
        Ok(())
    }
}

impl HelperDef for Repeat {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        r: &'reg handlebars::Handlebars<'reg>,
        ctx: &'rc handlebars::Context,
        rc: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let Some(param) = h.param(0) else { return Err(RenderErrorReason::ParamNotFoundForIndex("each", 0).into()) };
        self.over((param.value(), param.context_path()), h, r, ctx, rc, out)
    }
}

/// `{{#name}}...{{/name}}`, where `name` is a value: once for each item of a list, once inside of a mapping, once or never
/// for anything else.
pub(super) struct Section(pub(super) Repeat);

impl HelperDef for Section {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        r: &'reg handlebars::Handlebars<'reg>,
        ctx: &'rc handlebars::Context,
        rc: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        if !h.params().is_empty() {
            return Err(RenderErrorReason::HelperNotFound(h.name().to_owned()).into());
        }
        let value = rc.evaluate(ctx, h.name())?.as_json().clone();
        match &value {
            Value::Array(_) => self.0.over((&value, None), h, r, ctx, rc, out),
            Value::Object(_) => {
                self.0.charge(1)?;
                let mut block = BlockContext::new();
                block.set_base_value(value);
                rc.push_block(block);
                let rendered = h.template().map_or(Ok(()), |template| template.render(r, ctx, rc, out));
                rc.pop_block();
                rendered
            }
            other => {
                // Zero opens a section in handlebars.js: only what is false or nothing closes it.
                let chosen = if is_true(other, true) { h.template() } else { h.inverse() };
                chosen.map_or(Ok(()), |template| template.render(r, ctx, rc, out))
            }
        }
    }
}

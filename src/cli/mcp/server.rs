//! The server: which tools there are, and what a call does.

use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, Implementation, JsonObject, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler, model};
use serde_json::Value;

use super::answer;
use super::command::Program;
use super::folder::Folder;
use super::tools::{Check, Diff, Explain, Solve, Tool, WhatIf};

/// How to use the tools, for the assistant.
const INSTRUCTIONS: &str = "polysource plans where training and inference run across chip vendors and clouds, at the lowest cost that satisfies a policy on capacity and dependency; every plan is certified. A model is a YAML file or an Excel workbook in the folder of this server; name it by its path from there. Nothing is ever written. `check` a model first, and after every edit; `solve` finds its plan; `explain` says why there is no plan, what drives the cost, or what a key, code or term means; `what_if` compares the plan with the one after a change of inputs; `diff` compares two models or plans. Ask with `format: text` for a short answer, and with `json` for all numbers. Costs are in the currency of the model. If `isError` is true, do not report numbers of the answer as a plan: read the message, which says what to do.";

/// The server of a folder.
#[derive(Clone, Debug)]
pub(super) struct Server {
    folder: Arc<Folder>,
    program: Arc<Program>,
    limit: Duration,
}

impl Server {
    /// A server of the files in a folder, with the longest time for a call.
    pub fn new(folder: Folder, program: Arc<Program>, limit: Duration) -> Server {
        Server { folder: Arc::new(folder), program, limit }
    }

    /// Calls a tool. What is wrong with its input is told as a result, which the assistant sees and can act on.
    async fn call<T: Tool>(&self, input: JsonObject, context: &RequestContext<RoleServer>) -> CallToolResult {
        let (arguments, limit) = {
            let input: T = match serde_json::from_value(Value::Object(input)) {
                Ok(input) => input,
                Err(error) => {
                    return answer::failure(format!("The arguments of `{}` cannot be read: {error}", T::NAME));
                }
            };
            let Some(limit) = self.limit(input.time_limit()) else {
                let most = self.limit.as_secs_f64();
                return answer::failure(format!(
                    "`time_limit` is a number of seconds above 0, at most {most}; for more start the server with a longer `--time-limit`"
                ));
            };
            match input.arguments(&self.folder) {
                Ok(arguments) => (arguments.list(limit), limit),
                Err(refused) => return answer::refused(&refused),
            }
        };
        let run = self.program.run(&arguments, limit, context.ct.cancelled()).await;
        answer::of(run, limit, T::ANSWERS_MISTAKES)
    }

    /// The time for a call; none if what was asked for is none or too much.
    fn limit(&self, asked: Option<f64>) -> Option<Duration> {
        let Some(asked) = asked else { return Some(self.limit) };
        Duration::try_from_secs_f64(asked).ok().filter(|asked| !asked.is_zero() && *asked <= self.limit)
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("polysource", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools()))
    }

    fn get_tool(&self, name: &str) -> Option<model::Tool> {
        tools().into_iter().find(|tool| tool.name == name)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let input = request.arguments.unwrap_or_default();
        let result = match request.name.as_ref() {
            Check::NAME => self.call::<Check>(input, &context).await,
            Solve::NAME => self.call::<Solve>(input, &context).await,
            Explain::NAME => self.call::<Explain>(input, &context).await,
            WhatIf::NAME => self.call::<WhatIf>(input, &context).await,
            Diff::NAME => self.call::<Diff>(input, &context).await,
            other => return Err(ErrorData::invalid_params(format!("there is no tool `{other}`"), None)),
        };
        Ok(result.into())
    }
}

/// All tools, as the protocol describes them.
fn tools() -> Vec<model::Tool> {
    vec![described::<Check>(), described::<Solve>(), described::<Explain>(), described::<WhatIf>(), described::<Diff>()]
}

fn described<T: Tool>() -> model::Tool {
    let annotations =
        ToolAnnotations::with_title(T::TITLE).read_only(true).destructive(false).idempotent(true).open_world(false);
    model::Tool::new(T::NAME, T::DESCRIPTION, JsonObject::new())
        .with_input_schema::<T>()
        .with_title(T::TITLE)
        .with_annotations(annotations)
}

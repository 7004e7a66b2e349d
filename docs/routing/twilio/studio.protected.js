/**
 * For Studio's Run Function widget, with the parameters customer_id ({{trigger.call.From}}) and
 * call_sid ({{trigger.call.CallSid}}). The flow reads {{widgets.ask.parsed.variant}}, and gives
 * {{widgets.ask.parsed.task_attributes}} to the task.
 */
exports.handler = async (context, event, callback) => {
  const { ask, taskAttributes } = require(Runtime.getFunctions()["ask"].path);
  const answer = await ask(context, event.customer_id, event.call_sid);
  const attributes = taskAttributes(context, answer, event.call_sid);
  callback(null, { ...answer, task_attributes: JSON.stringify(attributes) });
};

/**
 * For a number's voice webhook, without Studio: puts the call into TaskRouter with its arm.
 *
 * TWILIO_WORKFLOW_SID of the environment names the workflow, which routes by the task's attribute.
 */
exports.handler = async (context, event, callback) => {
  const { ask, taskAttributes } = require(Runtime.getFunctions()["ask"].path);
  const answer = await ask(context, event.From, event.CallSid);
  const response = new Twilio.twiml.VoiceResponse();
  const attributes = taskAttributes(context, answer, event.CallSid);
  response
    .enqueue({ workflowSid: context.TWILIO_WORKFLOW_SID })
    .task({}, JSON.stringify(attributes));
  callback(null, response);
};

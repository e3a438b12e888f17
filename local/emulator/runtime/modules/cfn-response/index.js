/**
 * The module that AWS offers to functions whose code stands inline in a template (CloudFormation user guide,
 * "cfn-response module"): `send(event, context, status, data, physicalResourceId, noEcho)`, `SUCCESS`, `FAILED`.
 */
"use strict";

const https = require("node:https");

exports.SUCCESS = "SUCCESS";
exports.FAILED = "FAILED";

exports.send = function send(event, context, responseStatus, responseData, physicalResourceId, noEcho) {
  return new Promise((resolve) => {
    const body = JSON.stringify({
      Status: responseStatus,
      Reason: `See the details in CloudWatch Log Stream: ${context.logStreamName}`,
      PhysicalResourceId: physicalResourceId || context.logStreamName,
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
      NoEcho: noEcho || false,
      Data: responseData,
    });
    const request = https.request(
      event.ResponseURL,
      { method: "PUT", headers: { "content-type": "", "content-length": Buffer.byteLength(body) } },
      (response) => {
        response.resume();
        response.on("end", () => {
          resolve(context.done());
        });
      },
    );
    request.on("error", (error) => {
      console.log(`send(..) failed executing https.request(..): ${error.message}`);
      resolve(context.done(error));
    });
    request.end(body);
  });
};

/** What the bare function's stack is made with. */
export interface BareTemplateInput {
  readonly bucket: string;
  readonly key: string;
  readonly suffix: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A REST API with one method in front of one function: the same services as the platform's, and nothing else. */
export function bareTemplate({ bucket, key, suffix, environment }: BareTemplateInput): string {
  const uri =
    "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations";
  return JSON.stringify({
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "Benchmark only: a function that does two inserts, behind a REST API.",
    Resources: {
      Role: {
        Type: "AWS::IAM::Role",
        Properties: {
          RoleName: `role-bench-bare-apse1-${suffix}`,
          AssumeRolePolicyDocument: {
            Version: "2012-10-17",
            Statement: [
              { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
            ],
          },
        },
      },
      // Declared, or Lambda makes one that outlives the stack.
      LogGroup: {
        Type: "AWS::Logs::LogGroup",
        Properties: { LogGroupName: `/aws/lambda/function-bench-bare-apse1-${suffix}`, RetentionInDays: 1 },
      },
      Function: {
        Type: "AWS::Lambda::Function",
        DependsOn: ["LogGroup"],
        Properties: {
          FunctionName: `function-bench-bare-apse1-${suffix}`,
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Role: { "Fn::GetAtt": ["Role", "Arn"] },
          Code: { S3Bucket: bucket, S3Key: key },
          MemorySize: 1024,
          Timeout: 10,
          Environment: { Variables: environment },
        },
      },
      Permission: {
        Type: "AWS::Lambda::Permission",
        Properties: {
          Action: "lambda:InvokeFunction",
          FunctionName: { "Fn::GetAtt": ["Function", "Arn"] },
          Principal: "apigateway.amazonaws.com",
          SourceArn: { "Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/bench/POST/" },
        },
      },
      Api: {
        Type: "AWS::ApiGateway::RestApi",
        Properties: {
          Name: `api-bench-bare-apse1-${suffix}`,
          EndpointConfiguration: { Types: ["REGIONAL"] },
        },
      },
      Method: {
        Type: "AWS::ApiGateway::Method",
        Properties: {
          RestApiId: { Ref: "Api" },
          ResourceId: { "Fn::GetAtt": ["Api", "RootResourceId"] },
          HttpMethod: "POST",
          AuthorizationType: "NONE",
          Integration: { Type: "AWS_PROXY", IntegrationHttpMethod: "POST", Uri: { "Fn::Sub": uri } },
        },
      },
      Deployment: {
        Type: "AWS::ApiGateway::Deployment",
        DependsOn: ["Method"],
        Properties: { RestApiId: { Ref: "Api" } },
      },
      Stage: {
        Type: "AWS::ApiGateway::Stage",
        Properties: { RestApiId: { Ref: "Api" }, DeploymentId: { Ref: "Deployment" }, StageName: "bench" },
      },
    },
    Outputs: { ApiId: { Value: { Ref: "Api" } } },
  });
}

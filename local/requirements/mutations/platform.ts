import type { RequirementMutation } from "../Requirement";

/** Form and architecture: R1 to R13. */
export const PLATFORM_MUTATIONS: readonly RequirementMutation[] = [
  {
    requirement: "R1",
    what: "DR's replicas of the tables get the primary's key",
    edits: [
      {
        file: "index.ts",
        find: "DrDataKeyArn: encryption.dr.outputs.DataKeyArn",
        replacement: "DrDataKeyArn: encryption.primary.outputs.DataKeyArn",
      },
    ],
    test: "tests/unit/components/program.test.ts",
  },
  {
    requirement: "R2",
    what: "the pack lets keys pass that do not rotate",
    edits: [
      {
        file: "policy/rules/kms-rotation.ts",
        find: 'requireFlag(resource, "EnableKeyRotation", "true", "false",',
        replacement: 'requireFlag(resource, "EnableKeyRotation", "false", "true",',
      },
    ],
    test: "tests/policy/pack.test.ts",
  },
  {
    requirement: "R3",
    what: "a package may come in any version",
    edits: [{ file: "package.json", find: '"js-yaml": "', replacement: '"js-yaml": "^' }],
    test: "tests/unit/repository/form.test.ts",
  },
  {
    requirement: "R5",
    what: "the compiler is not strict",
    edits: [{ file: "tsconfig.json", find: '"strict": true', replacement: '"strict": false' }],
    test: "tests/unit/repository/form.test.ts",
  },
  {
    requirement: "R6",
    what: "DR is the primary's own Region",
    edits: [
      {
        file: "components/RegionPair.ts",
        find: "new aws.Provider(`aws-${place}`, { region: name,",
        replacement: 'new aws.Provider(`aws-${place}`, { region: "ap-southeast-1",',
      },
    ],
    test: "tests/unit/components/TemplateStack.test.ts",
  },
  {
    requirement: "R7",
    what: "API Gateway leads payments past the function",
    edits: [
      {
        file: "cfn/payments.yaml",
        find: "lambda:path/2015-03-31/functions/${IntakeAliasArn}/invocations",
        replacement: "sqs:path/queue-payments",
      },
    ],
    test: "tests/unit/cfn/service.test.ts",
  },
  {
    requirement: "R8",
    what: "the public name leads nowhere",
    edits: [
      {
        file: "cfn/payments.yaml",
        find: "Properties: { DomainName: !Ref PublicDomain, RestApiId: !Ref Api, Stage: !Ref Stage }",
        replacement:
          "Properties: { DomainName: !Ref RegionalDomain, RestApiId: !Ref Api, Stage: !Ref Stage }",
      },
    ],
    test: "tests/unit/cfn/edge.test.ts",
  },
  {
    requirement: "R9",
    what: "DR's cluster does not join the global one",
    edits: [
      {
        file: "index.ts",
        find: "GlobalClusterIdentifier: primaryDatabase.outputs.GlobalClusterIdentifier,",
        replacement: "",
      },
    ],
    test: "tests/unit/components/program.test.ts",
  },
  {
    requirement: "R10",
    what: "the payment queue is no standard queue",
    edits: [
      {
        file: "cfn/messaging.yaml",
        find: "      ReceiveMessageWaitTimeSeconds: 20\n",
        replacement: "      ReceiveMessageWaitTimeSeconds: 20\n      FifoQueue: true\n",
      },
    ],
    test: "tests/unit/cfn/data.test.ts",
  },
  {
    requirement: "R11",
    what: "the load balancer checks nobody's health",
    edits: [
      {
        file: "cfn/payments.yaml",
        find: "HealthCheckEnabled: true",
        replacement: "HealthCheckEnabled: false",
      },
    ],
    test: "tests/unit/cfn/service.test.ts",
  },
  {
    requirement: "R13",
    what: "two private subnets share a zone",
    edits: [
      {
        file: "cfn/network.yaml",
        find: "      AvailabilityZone: !Select [2, !GetAZs '']\n      CidrBlock: !Select [5,",
        replacement: "      AvailabilityZone: !Select [1, !GetAZs '']\n      CidrBlock: !Select [5,",
      },
    ],
    test: "tests/unit/cfn/service.test.ts",
  },
  {
    requirement: "R4",
    what: "a preview only warns of data that would be lost",
    edits: [
      {
        file: "components/preview/guard.ts",
        find: '    outcome: "refused",\n',
        replacement: '    outcome: "warned",\n',
      },
    ],
    test: "tests/unit/components/preview/hook.test.ts",
  },
  {
    requirement: "R12",
    what: "the pages come from one Region only",
    edits: [
      {
        file: "cfn/edge.yaml",
        find: "Items: [{ OriginId: primary }, { OriginId: dr }]",
        replacement: "Items: [{ OriginId: primary }]",
      },
    ],
    test: "tests/unit/cfn/evidence.test.ts",
  },
];

import assert from "node:assert/strict";
import {
  checkParameter,
  checkParameterNames,
  normaliseParameter,
  ParameterError,
  type ParameterDeclaration,
  type ParameterValue,
} from "../../../../components/template";

const STACK = "stack-network-apse1-local";

function declare(type: string, rules: Partial<ParameterDeclaration> = {}): ParameterDeclaration {
  return { name: "Sample", type, noEcho: false, ...rules };
}

describe("parameter rules", () => {
  type Case = readonly [string, ParameterDeclaration, ParameterValue, RegExp | string];
  const suffix = declare("String", { allowedPattern: "^[a-z][a-z0-9-]{1,14}$" });
  const days = declare("Number", { minValue: 7, maxValue: 35 });
  const cases: readonly Case[] = [
    ["takes text that matches the pattern", suffix, "prod", "prod"],
    ["refuses text that does not", suffix, "Prod", /AllowedPattern is/],
    [
      "matches the whole text though the pattern is not anchored",
      declare("String", { allowedPattern: "[a-z]+" }),
      "ab1",
      /AllowedPattern/,
    ],
    [
      "matches alternatives as a whole",
      declare("String", { allowedPattern: "a|bc" }),
      "ac",
      /AllowedPattern/,
    ],
    ["matches each item of a list", declare("CommaDelimitedList", { allowedPattern: "[a-z]" }), "a,b", "a,b"],
    [
      "refuses one bad item of a list",
      declare("CommaDelimitedList", { allowedPattern: "[a-z]" }),
      ["a", "B"],
      /AllowedPattern/,
    ],
    ["takes an allowed value", declare("String", { allowedValues: ["none", "one"] }), "one", "one"],
    [
      "refuses another",
      declare("String", { allowedValues: ["none", "one"] }),
      "two",
      /AllowedValues are none, one/,
    ],
    [
      "compares allowed numbers as numbers",
      declare("Number", { allowedValues: ["365", "400"] }),
      "400.0",
      "400",
    ],
    [
      "refuses a number that is not allowed",
      declare("Number", { allowedValues: ["365"] }),
      366,
      /AllowedValues/,
    ],
    ["takes the least length", declare("String", { minLength: 2 }), "ab", "ab"],
    ["refuses less", declare("String", { minLength: 2 }), "a", /MinLength is 2/],
    ["takes the greatest length", declare("String", { maxLength: 2 }), "ab", "ab"],
    ["refuses more", declare("String", { maxLength: 2 }), "abc", /MaxLength is 2/],
    ["takes the least value", days, 7, "7"],
    ["refuses less than the least", days, 6.9, /MinValue is 7/],
    ["takes the greatest value", days, "35", "35"],
    ["refuses more than the greatest", days, 36, /MaxValue is 35/],
    ["refuses text for a number", days, "ten", /Type Number takes numbers only/],
    ["refuses nothing for a number", days, "", /Type Number takes numbers only/],
    ["refuses hexadecimal for a number", days, "0x10", /numbers only/],
    ["takes a list of numbers", declare("List<Number>"), [1, "2.50"], "1,2.5"],
    ["refuses text in a list of numbers", declare("List<Number>"), "1,b", /numbers only/],
    [
      "takes subnet ids",
      declare("List<AWS::EC2::Subnet::Id>"),
      "subnet-0a, subnet-0b",
      "subnet-0a,subnet-0b",
    ],
    [
      "refuses an empty element of ids",
      declare("List<AWS::EC2::Subnet::Id>"),
      "subnet-0a,",
      /no empty element/,
    ],
    ["refuses another kind of id", declare("AWS::EC2::SecurityGroup::Id"), "subnet-0a", /takes ids like/],
    ["lets types pass whose shape it does not know", declare("AWS::SSM::Parameter::Name"), "/a/b", "/a/b"],
    ["refuses more than 4,096 bytes", declare("String"), "a".repeat(4097), /at most 4096 bytes/],
  ];

  for (const [what, declaration, value, expected] of cases) {
    it(what, () => {
      if (typeof expected === "string") assert.equal(checkParameter(STACK, declaration, value), expected);
      else assert.throws(() => checkParameter(STACK, declaration, value), expected);
    });
  }

  it("names stack, parameter, value, rule and the template's own explanation", () => {
    const declaration = declare("String", {
      name: "NatGateways",
      allowedValues: ["none", "one"],
      constraintDescription: "none or one.",
    });
    assert.throws(() => checkParameter(STACK, declaration, "two"), {
      name: "ParameterError",
      message:
        'stack stack-network-apse1-local, parameter NatGateways, value "two": AllowedValues are none, one (none or one)',
    });
  });

  it("hides the value of a NoEcho parameter", () => {
    const secret = declare("String", { noEcho: true, minLength: 20 });
    assert.throws(
      () => checkParameter(STACK, secret, "hunter2"),
      (error: unknown) => {
        assert.ok(error instanceof ParameterError);
        assert.doesNotMatch(error.message, /hunter2/);
        assert.match(error.message, /value \(hidden, NoEcho\)/);
        return true;
      },
    );
  });

  it("shortens a long value", () => {
    assert.throws(
      () => checkParameter(STACK, declare("String", { maxLength: 10 }), "x".repeat(1000)),
      (error: unknown) => error instanceof ParameterError && error.message.length < 400,
    );
  });
});

describe("parameter names", () => {
  const declarations = new Map([
    ["Needed", declare("String", { name: "Needed", description: "What for." })],
    ["Optional", declare("String", { name: "Optional", defaultValue: "" })],
  ]);

  it("takes required alone", () => {
    checkParameterNames(STACK, declarations, ["Needed"]);
  });

  it("refuses a missing required parameter and says what it is", () => {
    assert.throws(
      () => checkParameterNames(STACK, declarations, ["Optional"]),
      /parameter Needed: required.*What for/,
    );
  });

  it("refuses an unknown parameter and lists the known ones", () => {
    assert.throws(
      () => checkParameterNames(STACK, declarations, ["Needed", "Need"]),
      /parameter Need: .*no such parameter; it has Needed, Optional/,
    );
  });
});

describe("parameter normalisation", () => {
  const cases: readonly (readonly [string, string, ParameterValue, string])[] = [
    ["booleans become text", "String", true, "true"],
    ["numbers become text", "String", 5432, "5432"],
    ["numbers lose their trailing zeros", "Number", "0.50", "0.5"],
    ["numbers lose a plus sign and leading zeros", "Number", "+007", "7"],
    ["minus zero is zero", "Number", -0, "0"],
    ["text of type String stays as it is", "String", "0.50, a", "0.50, a"],
    ["arrays become comma lists", "CommaDelimitedList", ["a", "b"], "a,b"],
    ["comma lists lose their blanks", "CommaDelimitedList", "a, b ,c", "a,b,c"],
    ["lists of numbers are canonical", "List<Number>", "1.0, 2", "1,2"],
  ];
  for (const [what, type, value, expected] of cases) {
    it(what, () => {
      assert.equal(normaliseParameter(declare(type), value), expected);
      // What CloudFormation returns must not change when it is passed in again.
      assert.equal(normaliseParameter(declare(type), expected), expected);
    });
  }
});

"""Executions that are stopped, tasks that take their time, and branches that keep their variables."""

from __future__ import annotations

import json
import time
from typing import Any

from .conftest import Emulator, eventually
from .templates import Json, allow, att, function, output, ref, role

SLOW = (
    "exports.handler = async () => { await new Promise((done) => setTimeout(done, 1200)); throw new Error('late'); };"
)


def machine(name: str, definition: Json, **resources: Json) -> Json:
    return {
        "Resources": {
            "MachineRole": role(f"role-machine-{name}", "states.amazonaws.com", [allow("lambda:InvokeFunction")]),
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {"RoleArn": att("MachineRole", "Arn"), "DefinitionString": json.dumps(definition)},
            },
            **resources,
        },
        "Outputs": output(Arn=ref("Machine")),
    }


def described(emulator: Emulator, execution: str) -> dict[str, Any]:
    return dict(emulator.client("stepfunctions").describe_execution(executionArn=execution))


def test_an_execution_that_is_stopped_stays_so_and_takes_no_further_step(emulator: Emulator) -> None:
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "slow-task"},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}], "End": True}  # fmt: skip
    definition = {
        "QueryLanguage": "JSONata",
        "StartAt": "Work",
        "States": {"Work": task, "Caught": {"Type": "Succeed"}},
    }
    body = machine(
        "stopped", definition,
        Role=role("role-slow-task", "lambda.amazonaws.com", []), Function=function("slow-task", SLOW),
    )  # fmt: skip
    arn = emulator.create("stopped", body)["Arn"]
    api = emulator.client("stepfunctions")
    execution = api.start_execution(stateMachineArn=arn)["executionArn"]
    time.sleep(0.6)
    api.stop_execution(executionArn=execution, error="Drill", cause="killed")
    time.sleep(1.8)
    after = described(emulator, execution)
    assert (after["status"], after["error"]) == ("ABORTED", "Drill")
    history = api.get_execution_history(executionArn=execution)["events"]
    names = [e["stateEnteredEventDetails"]["name"] for e in history if "stateEnteredEventDetails" in e]
    assert names == ["Work"]
    emulator.delete("stopped")


def test_a_task_has_the_time_that_its_time_out_gives_whatever_the_clock(emulator: Emulator) -> None:
    def task(timeout_s: int) -> Json:
        return {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": timeout_s,
                "Arguments": {"FunctionName": "long-task"}, "End": True}  # fmt: skip

    code = "exports.handler = () => new Promise((done) => setTimeout(done, 6000));"
    long = function("long-task", code, Timeout=10)
    resources = {"Role": role("role-long-task", "lambda.amazonaws.com", []), "Function": long}
    started = {}
    api = emulator.client("stepfunctions")
    for name, timeout_s, others in (("patient", 60, resources), ("impatient", 1, {})):
        definition = {"QueryLanguage": "JSONata", "StartAt": "Work", "States": {"Work": task(timeout_s)}}
        arn = emulator.create(name, machine(name, definition, **others))["Arn"]
        started[name] = api.start_execution(stateMachineArn=arn)["executionArn"]
    ends = {}
    for name, execution in started.items():
        eventually(lambda execution=execution: described(emulator, execution)["status"] != "RUNNING", 20)
        after = described(emulator, execution)
        ends[name] = (after["status"], after.get("error"))
    assert ends == {"patient": ("SUCCEEDED", None), "impatient": ("FAILED", "States.Timeout")}
    for name in reversed(started):
        emulator.delete(name)


def test_branches_have_variables_of_their_own(emulator: Emulator) -> None:
    def branch(value: str) -> Json:
        wait = {"Type": "Wait", "Seconds": 6, "Next": "Say"}
        say = {"Type": "Pass", "Output": "{% $who %}", "End": True}
        return {"StartAt": "Set", "States": {
            "Set": {"Type": "Pass", "Assign": {"who": value}, "Next": "Wait"}, "Wait": wait, "Say": say}}  # fmt: skip

    both = {"Type": "Parallel", "Branches": [branch("left"), branch("right")], "Next": "After"}
    after = {"Type": "Pass", "Output": "{% [$states.input[0], $states.input[1], $who] %}", "End": True}
    start = {"Type": "Pass", "Assign": {"who": "outer"}, "Next": "Both"}
    definition = {"QueryLanguage": "JSONata", "StartAt": "Start", "States": {
        "Start": start, "Both": both, "After": after}}  # fmt: skip
    arn = emulator.create("branches", machine("branches", definition))["Arn"]
    execution = emulator.client("stepfunctions").start_execution(stateMachineArn=arn)["executionArn"]
    eventually(lambda: described(emulator, execution)["status"] != "RUNNING")
    assert json.loads(described(emulator, execution)["output"]) == ["left", "right", "outer"]
    emulator.delete("branches")

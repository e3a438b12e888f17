import type { Rule } from "../engine/rule";
import { rule as ec2EgressRestricted } from "./ec2-egress-restricted";
import { rule as ec2IngressOpen } from "./ec2-ingress-open";
import { rule as ec2IngressSensitivePort } from "./ec2-ingress-sensitive-port";

export const RULES: readonly Rule[] = [ec2IngressOpen, ec2IngressSensitivePort, ec2EgressRestricted];

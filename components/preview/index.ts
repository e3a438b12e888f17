export { AllowListError, ALLOW_LIST_FILE, readAllowList, type AllowedChange } from "./allowList";
export { changeSetChanges } from "./changeSet";
export { altersAnything, sortedChanges, type ResourceChange, type StackPreview } from "./changes";
export { estimateChanges } from "./estimate";
export { judgeChanges, StatefulChangeRefused, type Verdict } from "./guard";
export { previewMarkdown, PreviewReport, previewText, type JudgedPreview } from "./report";
export {
  cloudFormation,
  guardAgainstRemoval,
  outputThatStays,
  previewHooks,
  resourceHooks,
  startPreviewReport,
} from "./resourcePreview";

/** The query languages this version knows, each with its compilers for the state types. */
import type { LanguageSupport } from "./compilation.ts";
import { notSupportedYet } from "./fields.ts";
import type { QueryLanguage } from "./machine.ts";
import { compileChoice } from "./states/choice.ts";
import { compileFail } from "./states/fail.ts";
import { compileMap } from "./states/map.ts";
import { compileParallel } from "./states/parallel.ts";
import { compilePass } from "./states/pass.ts";
import { compileSucceed } from "./states/succeed.ts";
import { compileTask } from "./states/task.ts";
import { compileWait } from "./states/wait.ts";

export const LANGUAGES: Readonly<Record<QueryLanguage, LanguageSupport>> = {
  JSONPath: {
    kind: "compilers",
    compilers: {
      Choice: compileChoice,
      Fail: compileFail,
      Map: compileMap,
      Parallel: compileParallel,
      Pass: compilePass,
      Succeed: compileSucceed,
      Task: compileTask,
      Wait: compileWait,
    },
  },
  JSONata: { kind: "refused", message: notSupportedYet("QueryLanguage 'JSONata'", "JSONata") },
};

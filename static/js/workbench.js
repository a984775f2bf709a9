/** Content and run: what opens when there is a template, or when someone begins without one. */

import { showContentStep, watchContentStep } from "./content_view.js";
import { watchForm } from "./form_view.js";
import { needMessages } from "./i18n.js";
import { showRunStep, watchRunStep } from "./run_view.js";
import { followTemplate } from "./skill_choice.js";
import { needStyles } from "./styles.js";
import { recallWorkSettings } from "./work_settings.js";

/** Get ready, once. */
export async function openWork() {
  await Promise.all([needMessages("work"), needStyles("work")]);
  recallWorkSettings();
  followTemplate();
  showWork();
  for (const watch of [watchContentStep, watchForm, watchRunStep]) watch();
}

/** Show both steps; called anew when the language changes. */
export function showWork() {
  showContentStep();
  showRunStep();
}

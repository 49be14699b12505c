// Presses hold, return and land, as a person would, with everything that could lie over them.
// {address, size: [w, h], pictures}; answers which of them the station was asked for in each state.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { check, knock, launch, openPage, sayPurpose, scenario, until, views } from "./lib.mjs";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const DRONE = "#vehicle/01990000-0000-7000-8000-0000000000d1";
const ACTS = { hold: "Hold position", return: "Return", land: "Land" };

/** The acts that the station was asked for while `during` ran. */
async function asked(page, during) {
  const acts = [];
  const note = (request) => {
    const act = /\/api\/vehicles\/[^/]+\/(hold|return|land)$/.exec(new URL(request.url()).pathname);
    if (act && request.method() === "POST") acts.push(act[1]);
  };
  page.on("request", note);
  await during();
  await page.waitForTimeout(250);
  page.off("request", note);
  return acts;
}

/** One press in the middle of what looks like the button: never a click that the page would scroll or
 * force its way to. */
async function pressEach(page) {
  return asked(page, async () => {
    for (const words of Object.values(ACTS)) {
      const at = await page.evaluate((name) => {
        for (const button of document.querySelectorAll(".stop-button")) {
          if (button.textContent.trim() !== name) continue;
          const box = button.getBoundingClientRect();
          const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
          if (box.width > 40 && box.height >= 48 && button.contains(document.elementFromPoint(x, y))) return { x, y };
        }
        return null;
      }, words);
      check(at !== null, `${words} cannot be pressed`);
      await page.mouse.click(at.x, at.y);
      await page.waitForTimeout(450);
    }
  });
}

const pressKeys = (page, before = "Shift+") => asked(page, async () => {
  for (const key of ["H", "R"]) {
    await page.keyboard.press(before + key);
    await page.waitForTimeout(200);
  }
});

async function axe(page, name, found) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
  }));
  for (const { id, nodes } of violations) for (const node of nodes) found.push(`${name}: ${id}: ${node.html.slice(0, 160)}`);
}

const landIsFocused = (page, where) => page.evaluate(
  (selector) => document.activeElement?.matches(".stop-land") && document.activeElement.closest(selector) !== null, where);

await scenario(async (o) => {
  const browser = await launch();
  const [width, height] = o.size;
  const pressed = {}, keys = {}, led = [], found = [];
  try {
    const { page } = await openPage(browser, { width, height });
    const shot = (name) => page.screenshot({ path: `${o.pictures}/stop-${name}-${width}.png` });
    await page.emulateMedia({ reducedMotion: "reduce" });
    await knock(page, o.address, "pilot", "kestrel", DRONE);
    await views(page).waitFor();
    await page.evaluate((hash) => { location.hash = hash; }, DRONE);
    await page.getByRole("region", { name: "Stop Kestrel 1" }).waitFor();
    await page.waitForTimeout(800);
    pressed.page = await pressEach(page);
    await shot("page");

    await page.getByRole("button", { name: /menu/ }).click();
    await page.waitForTimeout(200);
    await shot("menu");
    pressed.menu = await pressEach(page);

    await page.keyboard.press("Escape");
    await page.evaluate((hash) => { location.hash = hash; }, DRONE);
    await page.waitForTimeout(400);
    await page.locator("body").press("?");
    await page.getByRole("dialog").waitFor();
    await shot("keys");
    await axe(page, "keys", found);
    pressed["keys dialog"] = await pressEach(page);
    keys.dialog = await pressKeys(page);
    await page.keyboard.press("Shift+L");
    if (await landIsFocused(page, "dialog")) led.push("dialog");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    if (width < 860) { // the sheet is low
      await page.locator(".side button").first().focus();
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("ArrowUp");
      await page.waitForTimeout(300);
      await shot("sheet");
    }
    await sayPurpose(page);
    await page.getByRole("button", { name: /^Purpose/ }).click();
    const purpose = page.getByRole("dialog");
    await purpose.waitFor();
    const seen = await page.locator(".stop-bar:visible").count();
    check(seen === 1, `${seen} rows of urgent buttons are seen, and all but one are out of reach`);
    await shot("purpose");
    await axe(page, "purpose", found);
    pressed["purpose dialog"] = await pressEach(page);
    await purpose.getByLabel("Purpose", { exact: true }).focus();
    keys["in a list of a dialog"] = await pressKeys(page);
    await purpose.getByLabel(/note/i).fill("");
    await purpose.getByLabel(/note/i).focus();
    check((await pressKeys(page)).length === 0, "a capital that was typed stopped the drone");
    check((await purpose.getByLabel(/note/i).inputValue()) === "HR", "capitals cannot be typed");
    keys["while typing"] = await pressKeys(page, "Alt+Shift+");
    await page.keyboard.press("Escape");
    await purpose.waitFor({ state: "detached" });

    await page.evaluate(() => document.querySelector(".tile")?.scrollIntoView());
    await page.getByRole("button", { name: "Full screen", exact: true }).first().click();
    await until(() => page.evaluate(() => document.fullscreenElement !== null), "no full screen");
    await page.waitForTimeout(1500);
    await shot("full");
    await axe(page, "full screen", found);
    pressed["full screen"] = await pressEach(page);
    keys["full screen"] = await pressKeys(page);
    await page.keyboard.press("Shift+L");
    if (await landIsFocused(page, ":fullscreen")) led.push("full screen");
    await page.evaluate(() => document.activeElement?.blur());
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await shot("full-dialog");
    pressed["dialog over full screen"] = await pressEach(page);
    return { pressed, keys, land_led_to: led, axe: found };
  } finally {
    await browser.close();
  }
});

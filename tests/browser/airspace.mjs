// Airspace on the map, against the pretended station, whose verdicts are the product's own:
// {address, pictures}. By mouse, by keyboard, and with data that goes out of date meanwhile.
import { check, launch, openPage, scenario } from "./lib.mjs";

const PASSWORD = "kestrel"; // of the pretended station
const dev = (o, act) => fetch(`${o.address}/dev/${act}`, { method: "POST" });

async function signedIn(page, o) {
  await page.goto(`${o.address}/#/map`);
  await page.getByLabel("Username").fill("pilot");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Plan a flight" }).waitFor();
}

const word = (page) => page.locator(".verdict-word");

/** What the verdict says once it is of now. */
async function verdict(page, wanted) {
  await word(page).filter({ hasText: wanted }).waitFor({ timeout: 8000 });
  return word(page).innerText();
}

async function mapSpot(page, x, y) {
  const box = await page.locator(".map-pane").boundingBox();
  return { x: box.x + box.width * x, y: box.y + box.height * y };
}

async function pressMap(page, x, y) {
  const at = await mapSpot(page, x, y);
  await page.mouse.click(at.x, at.y);
}

/** A press, then the sliders by keyboard: another height and time is another question. */
async function here(page, o) {
  await pressMap(page, 0.62, 0.62);
  const panel = page.getByRole("complementary", { name: "Details" });
  await panel.getByRole("heading", { name: "What may I do here?" }).waitFor();
  await verdict(page, /^Permission needed$/);
  await panel.getByText("London Heliport", { exact: false }).first().waitFor();
  await panel.getByText("Training, not for operational use", { exact: true }).waitFor();
  await panel.getByText("temporary restrictions are not checked", { exact: false }).first().waitFor();
  await page.screenshot({ path: `${o.pictures}/airspace-here.png` });
  await page.getByRole("button", { name: "Change" }).click();
  const slider = page.getByLabel(/^Height of the flight/);
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await panel.getByText("65 m above the ground", { exact: false }).waitFor();
  await page.getByLabel(/^Time/).focus();
  await page.keyboard.press("ArrowRight");
  await panel.getByText(/\d\d:\d\d UTC \(\d\d:\d\d local time\)/).first().waitFor();
  await page.getByLabel("Show only zones that it may touch").check();
  await page.getByText("Some zones are hidden", { exact: false }).waitFor();
  await page.getByLabel("Show only zones that it may touch").uncheck();
  await page.getByLabel(/^Time/).fill("0");
  await page.getByText("Some zones are hidden", { exact: false }).waitFor({ state: "detached" });
  await panel.getByRole("button", { name: "Ask for this permission" }).first().click();
  await page.getByRole("dialog").waitFor(); // its code is loaded when it is first asked for
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Less" }).click(); // the sliders lie over the map
}

/** Without a mouse: the middle of the map. */
async function byKeys(page) {
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("i");
  await page.getByRole("heading", { name: "What may I do here?" }).waitFor();
  await word(page).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "What may I do here?" }).waitFor({ state: "detached" });
}

async function plan(page, o) {
  await page.keyboard.press("p");
  await page.getByText("Press to place a point", { exact: false }).waitFor();
  await page.waitForTimeout(500); // the map takes its new size
  for (const [x, y] of [[0.36, 0.3], [0.5, 0.42], [0.62, 0.62]]) {
    await pressMap(page, x, y);
    await page.waitForTimeout(600); // two presses in a row are a double click
  }
  const points = page.getByRole("region", { name: "Points" }).getByRole("listitem");
  check((await points.count()) === 3, `${await points.count()} points were placed, not 3`);
  await verdict(page, /^Permission needed$/);
  await page.getByText(/^Legs? [\d, and]+, from \d+:\d\d to \d+:\d\d after the start$/).first().waitFor();
  await page.locator(".reason").first().hover(); // its leg and its zone stand out
  await page.waitForTimeout(600);
  await page.screenshot({ path: `${o.pictures}/airspace-plan.png` });

  // A drag moves one point, and one press undoes it.
  const where = () => points.nth(2).getByRole("button").first().getAttribute("aria-label");
  const before = await where();
  const from = await mapSpot(page, 0.62, 0.62);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x - 60, from.y - 20, { steps: 6 });
  await page.mouse.up();
  check((await where()) !== before, "a drag moved no point");
  check((await points.count()) === 3, "a drag placed a point");
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  check((await where()) === before, "undo did not bring the point back");

  // Arrow keys move it too.
  await points.nth(0).getByRole("button").first().press("ArrowUp");
  await page.getByRole("button", { name: "Undo", exact: true }).click();
}

/** Too high is refused, and the change that is offered makes it not so. */
async function change(page) {
  await page.getByLabel("Height, m", { exact: true }).fill("150");
  await verdict(page, /^Refused$/);
  await page.getByRole("button", { name: "Fly lower" }).first().click();
  await page.waitForFunction(() => !/^(Was: )?Refused$/.test(document.querySelector(".verdict-word")?.textContent ?? "Refused"), null, { timeout: 8000 });
}

/** The station does not answer: what was said is marked as older. */
async function stale(page, o) {
  await dev(o, "verdicts-fail");
  await page.getByLabel("Speed, m/s").fill("9");
  await verdict(page, /^Was: /);
  await page.getByText("could not judge it again", { exact: false }).waitFor();
  await dev(o, "zones");
  await page.getByLabel("Speed, m/s").fill("8");
  await word(page).filter({ hasNotText: "Was" }).waitFor({ timeout: 8000 });
}

/** Data that goes out of date while somebody looks: across the page, on the map, in the verdict. */
async function outOfDate(page, o) {
  await dev(o, "zones-old");
  await page.locator(".zones-banner").getByText("ended on", { exact: false }).waitFor({ timeout: 8000 });
  await page.locator(".map-pane.is-unusable").waitFor();
  await page.locator(".data-line.is-banner").waitFor({ timeout: 8000 });
  const banner = await page.locator(".zones-banner").boundingBox();
  const wide = await page.evaluate(() => innerWidth);
  check(banner !== null && banner.width >= wide - 1, "the banner is not as wide as the page");
  await page.screenshot({ path: `${o.pictures}/airspace-old.png` });
  await dev(o, "zones");
  await page.locator(".zones-banner").waitFor({ state: "detached", timeout: 8000 });
}

await scenario(async (o) => {
  const browser = await launch();
  try {
    const { page, faults } = await openPage(browser, { width: 1280, height: 800 });
    await page.emulateMedia({ reducedMotion: "reduce" });
    await dev(o, "zones");
    await signedIn(page, o);
    await page.waitForTimeout(1200); // the map draws
    await here(page, o);
    await byKeys(page);
    await plan(page, o);
    await change(page);
    await stale(page, o);
    await outOfDate(page, o);
    return { faults: faults.filter((one) => !/503/.test(one)) };
  } finally {
    await browser.close();
  }
});

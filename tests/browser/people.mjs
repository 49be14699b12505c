// Accounts from first to last, in three browsers: the admin's first sign-in (a second factor is set
// up), a person is added, chooses a password, says a purpose and watches; may not see people; and is
// thrown out of the page at once when the admin ends that device. {address, admin_password, source}
import {
  addPerson, check, chooseOwn, diagnostics, hold, knock, launch, openPage, sayPurpose, scenario, setUpAuthenticator, until, views,
} from "./lib.mjs";

/** With a code, in a browser of their own: what was set up is asked for. */
async function signInWithCode(browser, o, code) {
  const { page, context } = await openPage(browser);
  await knock(page, o.address, "admin", o.admin_password);
  await page.getByLabel("Code", { exact: true }).fill(code);
  await page.getByRole("button", { name: "Use a passkey" }).waitFor(); // for who has no app
  await page.getByRole("button", { name: "Sign in" }).click();
  await views(page).waitFor();
  await context.close();
}

/** New recovery codes: nothing but having kept them closes their dialog, and the account shows them. */
async function newCodes(page, password) {
  await page.goto(`${page.url().split("#")[0]}#/account`);
  await page.getByRole("button", { name: "New recovery codes" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Your password again").fill(password);
  await dialog.getByRole("button", { name: "Make new codes" }).click();
  const codes = dialog.getByRole("region", { name: "Recovery codes" });
  await codes.waitFor();
  const recovery = await codes.locator("code").allInnerTexts();
  check((await dialog.getByRole("button", { name: "Close" }).count()) === 0, "the codes could be closed unasked");
  for (let press = 0; press < 3; press++) await page.keyboard.press("Escape");
  await page.waitForTimeout(300);
  check(await codes.isVisible(), "Esc took the recovery codes away");
  await dialog.getByLabel("I have kept them").check();
  await dialog.getByRole("button", { name: "Close" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("10 recovery codes left").waitFor();
  return recovery;
}

/** Two corners by pressing on the plan, the rest typed; what was saved is there after a reload. */
async function drawArea(page) {
  const change = page.getByRole("region", { name: "Change" });
  await change.getByText("Inside an area").click();
  const plan = change.getByRole("img", { name: /Plan of the borough/ });
  await plan.click({ position: { x: 60, y: 60 } });
  await plan.click({ position: { x: 160, y: 60 } });
  const corners = change.getByLabel(/^Corners/);
  check((await corners.inputValue()).trim().split("\n").length === 2, "a press on the plan set no corner");
  await corners.fill(`${await corners.inputValue()}\n51.4700, -0.2200`);
  await change.getByRole("button", { name: "Save", exact: true }).click();
  await change.getByText("Saved.").waitFor();
  await page.reload();
  await page.getByRole("region", { name: "Change" }).getByLabel(/^Corners/).waitFor();
  check(/51.47000, -0.22000/.test(await page.getByLabel(/^Corners/).inputValue()), "the area was not kept");
}

await scenario(async (o) => {
  const browser = await launch();
  try {
    const admin = await openPage(browser);
    await knock(admin.page, o.address, "admin", o.admin_password);
    const { recovery } = await setUpAuthenticator(admin.page, o.admin_password);
    check(recovery.length >= 8, `only ${recovery.length} recovery codes`);
    await views(admin.page).waitFor();
    await signInWithCode(browser, o, recovery[0]);

    const given = await addPerson(admin.page, "Jo Lane", "jo.lane", "cctv_operator");
    const jo = await openPage(browser);
    await knock(jo.page, o.address, "jo.lane", given);
    await chooseOwn(jo.page, given);
    await jo.page.getByRole("heading", { name: "Wall" }).waitFor();
    if (o.screenshot_purpose) await jo.page.screenshot({ path: o.screenshot_purpose });
    await sayPurpose(jo.page);
    await jo.page.getByRole("button", { name: /Purpose: Public safety/ }).waitFor();
    await until(async () => (await diagnostics(jo.page)).live.length > 20, "No picture on the wall", 30_000);
    if (o.screenshot_wall) await jo.page.screenshot({ path: o.screenshot_wall });

    await jo.page.keyboard.press("g");
    await jo.page.keyboard.press("p");
    await jo.page.getByText("Your role does not open this").waitFor();
    await jo.page.getByText(/These may: .*Supervisor/).waitFor();

    await admin.page.getByRole("button", { name: /Jo Lane/ }).click();
    const devices = admin.page.getByRole("region", { name: "Devices" });
    const leave = devices.getByRole("button", { name: "Hold to sign out" });
    await leave.waitFor();
    if (o.screenshot_person) await admin.page.screenshot({ path: o.screenshot_person });
    const before = Date.now();
    await hold(admin.page, leave);
    await jo.page.getByLabel("Username").waitFor({ timeout: 10_000 });
    const thrown_out_after_ms = Date.now() - before - 800;
    await jo.page.getByText("Your sign-in has ended").waitFor();
    await drawArea(admin.page);
    const renewed = await newCodes(admin.page, o.admin_password);
    return { faults: [...admin.faults, ...jo.faults].filter((f) => !/40[13]/.test(f)), thrown_out_after_ms, recovery: [recovery[0], ...renewed] };
  } finally {
    await browser.close();
  }
});

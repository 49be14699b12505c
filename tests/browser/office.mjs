// What an admin does: signs in with a recovery code, adds a passkey (Chromium's virtual authenticator)
// and signs in with it alone, invites an agent, reads the state of the system, and
// adds an auditor, who reads in the audit log who watched what and what for. The station is asked by
// the name localhost: a passkey belongs to a name, never to an address.
// {address, admin_password, code}; answers the agent's one-time code.
import {
  addPerson, check, chooseOwn, knock, launch, openPage, scenario, until, views,
} from "./lib.mjs";

/** A security key that says yes, as Chromium's DevTools protocol offers one. */
async function securityKey(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true,
    },
  });
}

async function addPasskey(page, password) {
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name of the passkey").fill("Desk 2");
  await dialog.getByLabel("Your password again").fill(password);
  await dialog.getByRole("button", { name: "Make a passkey" }).click();
  await page.getByRole("region", { name: "Second factors" }).getByText("Desk 2").waitFor();
}

async function inviteAgent(page) {
  await page.keyboard.press("g");
  await page.keyboard.press("n");
  await page.getByRole("button", { name: "Invite an agent" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("Town Hall recorder");
  await dialog.getByLabel("Kind").selectOption("camera");
  await dialog.getByRole("button", { name: "Make a code" }).click();
  const code = await dialog.locator(".copyable code").first().innerText();
  const command = await dialog.locator(".copyable code").nth(1).innerText();
  check(command.includes("agents enrol"), `the command is ${command}`);
  await dialog.getByRole("button", { name: "I have copied it" }).click();
  const row = page.getByRole("row", { name: /Town Hall recorder/ });
  await row.getByText("Invited").waitFor();
  return code;
}

/** Each read is a record: one when the screen opens, one after stepping through a list. */
async function asksOncePerQuestion(page, reads) {
  await page.waitForTimeout(1000);
  check(reads.length === 1, `opening the audit log read it ${reads.length} times`);
  await page.getByLabel("What").focus();
  for (let step = 0; step < 4; step++) await page.keyboard.press("ArrowDown");
  await page.waitForTimeout(1000);
  check(reads.length === 2, `four steps through a list read the audit log ${reads.length - 1} times`);
}

/** An auditor begins on the audit log, and finds there who watched what, and what for. */
async function auditorReads(browser, o, given) {
  const { page, faults } = await openPage(browser);
  const reads = [];
  page.on("request", (request) => request.url().includes("/api/audit") && reads.push(request.url()));
  await knock(page, o.address, "ann.field", given);
  await chooseOwn(page, given);
  await page.getByRole("heading", { name: "Audit" }).waitFor();
  await page.getByText("Chain whole").waitFor();
  await asksOncePerQuestion(page, reads);
  await page.getByLabel("What").selectOption("video_watched");
  const row = page.getByRole("row", { name: /Jo Lane.*Video watched.*Demonstration camera.*Public safety/ }).first();
  await row.getByRole("button").click();
  const record = page.getByRole("region", { name: "The record" });
  await record.getByRole("button", { name: "Only what was done to this" }).click();
  await row.waitFor();
  await page.getByRole("button", { name: /Show all/ }).click();
  await page.getByRole("row", { name: /Audit read/ }).first().waitFor();
  if (o.screenshot_audit) await page.screenshot({ path: o.screenshot_audit });
  return faults;
}

await scenario(async (o) => {
  const browser = await launch();
  try {
    const { page, faults } = await openPage(browser);
    await securityKey(page);
    const address = o.address.replace("127.0.0.1", "localhost");
    await knock(page, address, "admin", o.admin_password);
    await page.getByLabel("Code", { exact: true }).fill(o.code);
    await page.getByRole("button", { name: "Sign in" }).click();
    await views(page).waitFor();

    await addPasskey(page, o.admin_password);
    await page.getByRole("button", { name: /menu/ }).click();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await views(page).waitFor();

    const code = await inviteAgent(page);
    await page.keyboard.press("g");
    await page.keyboard.press("y");
    await page.getByRole("row", { name: /Database/ }).first().waitFor();
    const processes = await until(
      async () => page.getByRole("table", { name: "Processes" }).getByText("Running").count(),
      "No process is running");
    if (o.screenshot) await page.screenshot({ path: o.screenshot });
    const given = await addPerson(page, "Ann Field", "ann.field", "auditor");
    faults.push(...(await auditorReads(browser, o, given)));
    // One refusal is meant: the password without its code. A foreign name is this machine too.
    return { code, processes, faults: faults.filter((f) => !/401|localhost/.test(f)) };
  } finally {
    await browser.close();
  }
});

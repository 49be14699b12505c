// The page over HTTPS: signed in, linked by wss, the map drawn by its worker, no CSP violation.
// The authority is not installed in this Chromium, so its warning is passed over here; that the
// certificate is good is the business of tests/services/test_certificates.py.
import { launch, scenario, until } from "./lib.mjs";

await scenario(async (o) => {
  const browser = await launch();
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(o.address);
  await page.getByLabel("Username").fill(o.username);
  await page.getByLabel("Password", { exact: true }).fill(o.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Linked").first().waitFor({ timeout: 20_000 });
  await page.keyboard.press("m");
  await page.getByRole("application", { name: /map/i }).waitFor({ timeout: 20_000 });
  await until(() => page.workers().length > 0, "no worker of the map", 20_000);
  const found = await page.evaluate(() => ({ violations: window.violations, secure: isSecureContext }));
  const cookies = (await context.cookies()).map(({ secure, httpOnly }) => secure && httpOnly);
  await browser.close();
  return { ...found, errors, cookies };
});

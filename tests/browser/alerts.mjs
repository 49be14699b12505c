// A CCTV operator and an alert, by keyboard: n opens it, a acknowledges it, a reason resolves it.
// {address, username, password, text}
import { check, launch, openPage, scenario, signIn } from "./lib.mjs";

await scenario(async (o) => {
  const browser = await launch();
  try {
    const { page, faults } = await openPage(browser);
    await signIn(page, o);
    await page.getByRole("button", { name: /^[1-9]\d* new alert/ }).waitFor({ timeout: 15_000 });
    if (o.screenshot_map) await page.screenshot({ path: o.screenshot_map });
    await page.keyboard.press("n");
    const detail = page.getByRole("region", { name: "The alert" });
    await detail.getByText(o.text).waitFor();
    if (o.screenshot) await page.screenshot({ path: o.screenshot });
    await page.keyboard.press("a");
    await detail.getByText("Acknowledged", { exact: true }).first().waitFor();
    check(await detail.getByRole("button", { name: "Acknowledge" }).count() === 0, "it can be acknowledged twice");
    await detail.getByLabel(/what was done/i).fill("Power is back");
    await detail.getByRole("button", { name: "Resolve" }).click();
    await detail.getByText("Resolved", { exact: true }).first().waitFor();
    await detail.getByText(/Power is back/).waitFor();
    await page.getByRole("button", { name: "0 new alerts" }).waitFor();
    return { faults };
  } finally {
    await browser.close();
  }
});

import { launch, openPage, signIn, sayPurpose, scenario } from "./lib.mjs";
await scenario(async (o) => {
  const browser = await launch();
  const { page } = await openPage(browser, { width: 1440, height: 900 });
  await signIn(page, o);
  await sayPurpose(page).catch((e) => console.error("purpose", e.message.slice(0, 200)));
  await page.waitForTimeout(4000);
  await page.screenshot({ path: "/tmp/look/1.png" });
  await page.getByText("Demonstration drone").first().click();
  await page.waitForTimeout(7000);
  await page.screenshot({ path: "/tmp/look/2.png" });
  await page.waitForTimeout(45000);
  await page.screenshot({ path: "/tmp/look/3.png" });
  await browser.close();
  return {};
});

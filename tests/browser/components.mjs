// The component page in each theme, as pictures. {address, themes: {dark: "path.png", ...}}
import { check, launch, openPage, scenario } from "./lib.mjs";

await scenario(async (o) => {
  const browser = await launch();
  try {
    const { page, faults } = await openPage(browser, { width: 1100, height: 900 });
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto(`${o.address}/components.html`);
    await page.evaluate(() => document.fonts.ready);
    for (const [theme, path] of Object.entries(o.themes)) {
      await page.getByRole("radio", { name: new RegExp(theme, "i") }).first().check({ force: true });
      check(await page.evaluate(() => document.documentElement.dataset.theme) === theme,
        `the page did not take the theme ${theme}`);
      await page.mouse.move(0, 0);
      await page.evaluate(() => document.activeElement?.blur());
      await page.waitForTimeout(400);
      await page.screenshot({ path, fullPage: true, animations: "disabled" });
    }
    return { faults };
  } finally {
    await browser.close();
  }
});

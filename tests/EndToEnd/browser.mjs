// A headless browser whose pages tell what went wrong in them, and the questions that every page has to stand.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const { CHROMIUM = '/usr/bin/chromium', SCREENSHOTS } = process.env;
// The first gives the service a name as in production. Without the others the browser reaches for its maker's services.
const FLAGS = ['--host-resolver-rules=MAP console.example 127.0.0.1', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const PATIENCE = 120_000; // a machine that builds answers a click late
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 800 };

export const openBrowser = () => chromium.launch({ executablePath: CHROMIUM, args: FLAGS });

/** A page, and the list of everything that it complained of: errors of scripts, of the policy, and requests that failed. */
export async function watchedPage(browser, { expected = () => false, ...options } = {}) {
  const context = await browser.newContext({ viewport: DESK, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.setDefaultTimeout(PATIENCE);
  page.on('pageerror', (error) => complaints.push(error.stack));
  // What a request was answered is looked at below, by its status.
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load resource')) complaints.push(message.text()); });
  page.on('requestfailed', (request) => { if (request.failure()?.errorText !== 'net::ERR_ABORTED') complaints.push(`${request.url()}: ${request.failure()?.errorText}`); });
  page.on('response', (response) => { if (response.status() >= 400 && !expected(response)) complaints.push(`${response.request().method()} ${response.url()} answered ${response.status()}`); });
  return { page, complaints };
}

/** Keeps a picture where SCREENSHOTS names a folder. */
export async function picture(page, name) {
  if (!SCREENSHOTS) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true, animations: 'disabled' });
}

/** No text is too faint in either theme, and nothing is wider than a desk or a phone. */
export async function expectReadable(page, name) {
  for (const [place, size] of [['desk', DESK], ['phone', PHONE]]) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `${name}-${place}-${colorScheme}`);
      assert.deepEqual(await page.evaluate(faintTexts), [], `${name} on a ${place} in ${colorScheme}`);
    }
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= size.width, `${name} is ${width} wide on a ${place}`);
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(DESK);
}

/** Whatever can be clicked is reached with the Tab key, and shows that it has the focus. */
export async function expectKeyboard(page, name) {
  await page.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0); });
  const { missed, hidden } = await walkByTab(page);
  assert.deepEqual(missed, [], `${name}: not reached by Tab`);
  assert.deepEqual(hidden, [], `${name}: reached, but nothing shows it`);
}

async function walkByTab(page) {
  const wanted = await page.evaluate(() => {
    const active = document.querySelector('dialog[open]') ?? document.body;
    const all = [...active.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
      .filter((element) => !element.disabled && element.type !== 'hidden' && element.checkVisibility({ visibilityProperty: true }) && element.tabIndex >= 0);
    all.forEach((element, at) => { element.dataset.walk = `${at}`; });
    return all.map((element) => (element.textContent.trim() || element.name || element.outerHTML).slice(0, 60));
  });
  const [seen, hidden] = [new Set(), []];
  for (let step = 0; step < wanted.length + 5; step += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      if (element?.dataset?.walk === undefined) return null;
      const style = getComputedStyle(element);
      const shown = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
      return { walk: Number(element.dataset.walk), shown };
    });
    if (at === null) continue;
    seen.add(at.walk);
    if (!at.shown) hidden.push(wanted[at.walk]);
  }
  return { missed: wanted.filter((_, at) => !seen.has(at)), hidden: [...new Set(hidden)] };
}

// Runs in the page: texts whose contrast with what lies behind them is under 4.5 to 1, or 3 to 1 where they are large.
export function faintTexts() {
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data.trim()).join('');
    if (!text || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || element.closest('.unseen, .skip, [disabled]')) continue;
    const style = getComputedStyle(element);
    const [one, other] = [light(channels(style.color)), light(behind(element))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if ((one + 0.05) / (other + 0.05) < (large ? 3 : 4.5)) faint.push(`${text.slice(0, 30)}: ${style.color} on ${behind(element)}`);
  }
  return faint;
}

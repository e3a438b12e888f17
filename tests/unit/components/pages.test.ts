import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import ts from "typescript";
import { buildPages } from "../../../components/pages";

const PAGES = path.resolve(__dirname, "../../../pages");
const FOLDER = path.join(PAGES, "status");

/** Attributes that would run or style something in place, which the content security policy refuses. */
const INLINE = /\son[a-z]+=|\sstyle=|<style|<script(?![^>]*\ssrc=)|javascript:/i;

/** Addresses in `src` and `href`. */
const references = (html: string) =>
  [...html.matchAll(/\s(?:src|href)="([^"]*)"/g)].map(([, url]) => url ?? "");

describe("the static pages", function () {
  // The compiler reads the library of the browser.
  this.timeout(30_000);
  const pages = buildPages(FOLDER);
  const html = pages.filter(({ contentType }) => contentType.startsWith("text/html"));

  it("are what the distribution asks for, each with its content type", () => {
    assert.deepEqual(
      pages.map(({ key, contentType }) => [key, contentType]),
      [
        ["icon.svg", "image/svg+xml"],
        ["index.html", "text/html; charset=utf-8"],
        ["not-found.html", "text/html; charset=utf-8"],
        ["page.css", "text/css; charset=utf-8"],
        ["page.js", "text/javascript; charset=utf-8"],
      ],
    );
  });

  it("are the same bytes in every build", () => {
    assert.deepEqual(buildPages(FOLDER), pages);
  });

  it("refer to their own files only", () => {
    const own = new Set(["/", ...pages.map(({ key }) => key), ...pages.map(({ key }) => `/${key}`)]);
    for (const { key, content } of html) {
      const strange = references(content).filter((url) => !own.has(url));
      assert.deepEqual(strange, [], key);
      assert.ok(references(content).length >= 2, key);
    }
    for (const { key, content } of pages)
      assert.doesNotMatch(content, /url\(|@import|https?:(?!\/\/www\.w3\.org\/2000\/svg")/, key);
  });

  it("hold nothing inline", () => {
    for (const { key, content } of html) assert.doesNotMatch(content, INLINE, key);
    for (const inline of [
      '<p onclick="x">',
      '<p style="x">',
      "<script>1</script>",
      '<a href="javascript:x">',
    ]) {
      assert.match(inline, INLINE);
    }
  });

  it("say their language, their title and one heading", () => {
    for (const { key, content } of html) {
      assert.match(content, /^<!doctype html>\n<html lang="en">/, key);
      assert.match(content, /<title>[^<]{10,}<\/title>/, key);
      assert.equal(content.match(/<h1>/g)?.length, 1, key);
      assert.match(content, /<main>/, key);
    }
  });

  it("have a script that the compiler accepts for a browser", () => {
    const file = ts.findConfigFile(PAGES, (name) => ts.sys.fileExists(name)) ?? "";
    assert.equal(path.dirname(file), PAGES);
    const { options, fileNames } = ts.parseJsonConfigFileContent(
      ts.readConfigFile(file, (name) => ts.sys.readFile(name)).config,
      ts.sys,
      PAGES,
    );
    const program = ts.createProgram(fileNames, options);
    const problems = ts.getPreEmitDiagnostics(program);
    assert.deepEqual(
      problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
      [],
    );
    assert.ok(fileNames.length >= 1);
  });

  it("are refused when a file's kind is unknown", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pages-"));
    try {
      fs.writeFileSync(path.join(folder, "page.exe"), "");
      assert.throws(() => buildPages(folder), /page\.exe: no content type/);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});

/** Teams' Markdown subset: bold, italic, lists, links. The same rules as ../markdown.ts, which a test compares. */
export const MARKDOWN_RULES = ['emphasis', 'link', 'list', 'escape', 'entity', 'newline'];

/** @param create  markdown-it's factory */
export function createMarkdown(create) {
  return create('zero', { html: false }).enable(MARKDOWN_RULES);
}

/** Teams' Markdown subset in cards: bold, italic, lists, links. The page uses the same rules (page/markdown.js). */
import MarkdownIt from 'markdown-it';

export const MARKDOWN_RULES = ['emphasis', 'link', 'list', 'escape', 'entity', 'newline'];

const markdown = new MarkdownIt('zero', { html: false }).enable(MARKDOWN_RULES);

/** What a person reads: marks gone, a link as "text <address>", so that a link made from directory data is noticed. */
export function visibleText(source: string): string {
  const lines: string[] = [];
  for (const token of markdown.parse(source, {})) {
    if (token.type !== 'inline') continue;
    let text = '';
    const links: string[] = [];
    for (const child of token.children ?? []) {
      if (child.type === 'softbreak') text += ' ';
      else if (child.type === 'hardbreak') text += '\n';
      else if (child.type === 'link_open') links.push(String(child.attrGet('href') ?? ''));
      else if (child.type === 'link_close') text += ` <${links.pop() ?? ''}>`;
      else text += child.content;
    }
    lines.push(text);
  }
  return lines.join('\n');
}

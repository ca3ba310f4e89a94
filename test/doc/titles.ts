import ts from 'typescript';

const MAKERS = /^(?:test|it|describe)$/;

/**
 * Titles of the tests and groups that a test file states, those of `test.each(…)(…)` among them, in order. Read from the file as the
 * compiler sees it, so that a table may hold what it likes. What is skipped or still to do proves nothing and is left out.
 */
export function titlesIn(source: string): readonly string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    const title = ts.isCallExpression(node) && isMaker(node.expression) ? node.arguments[0] : undefined;
    if (title && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title)))
      titles.push(title.getText(file).slice(1, -1));
    ts.forEachChild(node, visit);
  };
  const file = ts.createSourceFile('titles.ts', source, ts.ScriptTarget.Latest);
  visit(file);
  return titles;
}

/** `test`, or `test.each` with its table: in brackets or as a template. */
function isMaker(called: ts.Expression): boolean {
  if (ts.isIdentifier(called)) return MAKERS.test(called.text);
  const each = ts.isCallExpression(called)
    ? called.expression
    : ts.isTaggedTemplateExpression(called)
      ? called.tag
      : undefined;
  return (
    each !== undefined &&
    ts.isPropertyAccessExpression(each) &&
    each.name.text === 'each' &&
    isMaker(each.expression)
  );
}

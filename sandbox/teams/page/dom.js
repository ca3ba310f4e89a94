/** Builds an element: properties by name, `data`/`aria` as objects, children as nodes or text. */
export function el(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue;
    if (name === 'data') Object.assign(element.dataset, value);
    else if (name === 'aria')
      for (const [key, text] of Object.entries(value)) element.setAttribute(`aria-${key}`, text);
    else if (name === 'on')
      for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
    else if (name === 'style')
      for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null && child !== ''));
  return element;
}

/** An outline icon of 20×20. */
export function icon(path) {
  const holder = document.createElement('template');
  holder.innerHTML = `<svg viewBox="0 0 20 20" aria-hidden="true"><path d="${path}"/></svg>`;
  return holder.content.firstChild;
}

/** Initials on a colour of the name's own; the bot has its picture. */
export function avatar(name, square = false) {
  if (name === 'Entra Rewind')
    return el('img', { className: 'avatar square', src: '/page/icon.svg', alt: '', width: 32, height: 32 });
  const initials = name
    .replace(/[^\p{L}\p{N} ]/gu, '')
    .split(' ')
    .filter(Boolean)
    .slice(0, 2)
    .map((part) => part[0])
    .join('');
  let hue = 0;
  for (const letter of name) hue = (hue * 31 + letter.codePointAt(0)) % 360;
  return el(
    'span',
    { className: square ? 'avatar square' : 'avatar', style: { '--hue': hue }, aria: { hidden: 'true' } },
    initials.toUpperCase(),
  );
}

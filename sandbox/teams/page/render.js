/** /render?id=…&theme=dark&width=360: one posted card alone, for pictures. `data-ready` tells when it is drawn. */
import { get } from './api.js';
import { renderCard } from './card-view.js';

const query = new URLSearchParams(location.search);
const host = document.getElementById('card');
const width = Number(query.get('width') ?? 560);
host.style.cssText = `width:${width}px;max-width:100vw;padding:12px;box-sizing:border-box`;
try {
  const { card } = await get(`render?id=${encodeURIComponent(query.get('id') ?? '')}`);
  const frame = renderCard(card, { theme: document.documentElement.dataset.theme, onPress: async () => {} });
  frame.style.cssText = 'width:100%;max-width:none';
  host.replaceChildren(frame);
} catch (error) {
  host.textContent = error.message;
}
host.dataset.ready = 'true';

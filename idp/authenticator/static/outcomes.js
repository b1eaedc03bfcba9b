// How a request ended: the kind of picture, the title and the text.

import { outcomeText } from './texts.js';

const KINDS = { approved: 'good', denied: 'ended', reported: 'ended', over: 'ended' }; // others: bad

// Whoever sees a newer request knows that the time of the last one is over.
const GIVES_WAY = ['expired'];

// Returns the outcome of this name; `why` is what the server's refusal means.
export function outcomeOf(name, why) {
  const kind = KINDS[name] ?? 'bad';
  const { title, text } = outcomeText(name);
  return { kind, title, text: why ?? text ?? '', stays: kind === 'bad' && !GIVES_WAY.includes(name) };
}

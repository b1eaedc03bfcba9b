// The list of accounts: who, how they stand, and their codes with the time left.

import { codeAt } from './codes.js';
import { announce, at, show, write } from './dom.js';
import { now } from './server.js';
import { text } from './texts.js';

const STATES = { ready: text('ready'), offline: text('account_offline') };

export class AccountList {
  constructor(onRemove) {
    this.onRemove = onRemove;
    this.cards = new Map();
    setInterval(() => this.#tick(), 1000);
  }

  add(account) {
    const card = at('account-template').content.cloneNode(true).firstElementChild;
    const part = (name) => card.querySelector(`.${name}`);
    write(part('initials'), account.user.slice(0, 1).toUpperCase());
    write(part('user'), account.user);
    write(part('issuer'), account.app ? `${account.issuer} · ${account.app}` : account.issuer);
    write(part('state'), text(account.privateKey ? 'connecting' : 'codes_only'));
    write(part('purpose'), text('copy_code', account));
    part('remove').setAttribute('aria-label', text('remove_user', account));
    part('remove').title = text('remove');
    part('remove').addEventListener('click', () => this.onRemove(account));
    part('code').addEventListener('click', () => this.#copy(account, part('digits')));
    show(part('code'), Boolean(account.seedKey));
    this.cards.set(account.id, { account, card, part });
    at('accounts').append(card);
    this.#tick();
  }

  isEmpty() {
    return this.cards.size === 0;
  }

  remove(id) {
    this.cards.get(id)?.card.remove();
    this.cards.delete(id);
  }

  setState(id, state, problem) {
    const { card, part } = this.cards.get(id) ?? {};
    if (!card) return;
    card.dataset.state = state;
    write(part('state'), problem ?? STATES[state]);
  }

  async #tick() {
    const time = now();
    for (const { account, part } of this.cards.values()) {
      if (!account.seedKey) continue;
      const { digits = 6, period = 30 } = account;
      const left = period - Math.floor(time / 1000) % period;
      const code = await codeAt(account.seedKey, time, { digits, period });
      write(part('digits'), `${code.slice(0, digits / 2)} ${code.slice(digits / 2)}`);
      part('rest').style.strokeDasharray = `${left * 30 / period} 30`;
      part('code').classList.toggle('ending', left <= 5);
    }
  }

  async #copy(account, digits) {
    const code = digits.textContent.replace(' ', '');
    try {
      await navigator.clipboard.writeText(code);
      announce(text('code_copied', account));
    } catch {
      announce(text('code_spoken', { digits: code.split('').join(' ') })); // no clipboard here
    }
  }
}

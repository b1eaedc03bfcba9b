// Notices about changes of the accounts: each stays until the user dismisses it here.

import { announce, at, show, write } from './dom.js';
import { call } from './server.js';
import { language, noticeText, text } from './texts.js';

export class NoticeList {
  constructor() {
    this.cards = new Map(); // by the notice's id
    this.dismissed = new Set(); // a held question may still bring one that was just dismissed
  }

  // Takes all notices of an account; what is on screen already keeps its place and the focus.
  update(account, notices) {
    const wanted = notices.filter(({ id }) => !this.dismissed.has(id));
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, shown] of this.cards) {
      if (shown.account.id === account.id && !ids.has(id)) this.#drop(id);
    }
    for (const notice of wanted.toReversed()) {
      if (!this.cards.has(notice.id)) this.#add(account, notice);
    }
    show(at('notices'), this.cards.size > 0);
  }

  #add(account, notice) {
    const card = at('notice-template').content.cloneNode(true).firstElementChild;
    const device = notice.device && ` · ${notice.device}`;
    const style = { dateStyle: 'medium', timeStyle: 'short' };
    const time = new Date(notice.at).toLocaleString(language, style);
    const sentence = noticeText(notice);
    write(card.querySelector('.text'), sentence);
    write(card.querySelector('.facts-line'), `${account.user}${device} · ${time}`);
    card.querySelector('.dismiss').addEventListener('click', () => this.#dismiss(account, notice));
    this.cards.set(notice.id, { account, card });
    at('notices').prepend(card);
    announce(sentence);
  }

  async #dismiss(account, notice) {
    const button = this.cards.get(notice.id).card.querySelector('.dismiss');
    button.disabled = true;
    try {
      await call(account, 'POST', 'dismiss', { body: { id: notice.id } });
    } catch (failure) {
      button.disabled = false;
      announce(text('not_dismissed', { problem: failure.message }));
      return;
    }
    this.dismissed.add(notice.id);
    this.#drop(notice.id);
    show(at('notices'), this.cards.size > 0);
    const next = at('notices').querySelector('.text') ?? at('accounts').querySelector('.remove');
    next?.focus(); // what had the focus is gone
  }

  #drop(id) {
    this.cards.get(id).card.remove();
    this.cards.delete(id);
  }
}

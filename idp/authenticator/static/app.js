// The phone: joins the parts. Accounts are watched, requests are asked, answers are signed.

import { AccountList } from './accounts.js';
import { ActivationForm } from './activation.js';
import { importSeed } from './codes.js';
import { Connection } from './connection.js';
import { announce, at, show, write } from './dom.js';
import { exportPublicKey, newKeyPair } from './keys.js';
import { offerLanguages } from './languages.js';
import { NoticeList } from './notices.js';
import { workOffline } from './offline.js';
import { RequestSheet } from './request.js';
import { NEW_DEVICE, call } from './server.js';
import { text } from './texts.js';
import { openVault } from './vault.js';
import { Watcher } from './watcher.js';

const MAX_HELD = 2; // questions held at a time: a browser has six connections to a server

class App {
  constructor(vault) {
    this.vault = vault;
    this.watchers = new Map();
    this.requests = new Map();
    this.sheet = new RequestSheet();
    this.connection = new Connection();
    this.notices = new NoticeList();
    this.list = new AccountList((account) => this.#askToRemove(account));
    this.activation = new ActivationForm({
      add: ({ code, token }, app) => (token ? this.#addToken(token) : this.#activate(code, app)),
      isFirst: () => this.list.isEmpty(),
    });
  }

  async start() {
    for (const account of await this.vault.accounts.all()) this.#watch(account);
    for (const token of await this.vault.tokens.all()) this.list.add(token);
    this.#listen();
    this.activation.show(this.list.isEmpty());
    await this.activation.activateFromAddress();
  }

  #listen() {
    addEventListener('online', () => this.#hurry());
    addEventListener('offline', () => {
      for (const watcher of this.watchers.values()) watcher.askAgain();
    });
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#hurry();
    });
  }

  #hurry() {
    for (const watcher of this.watchers.values()) watcher.hurry();
  }

  async #activate(code, app) {
    const account = await this.#register(code, app);
    await this.#forgetOlder(account);
    this.#watch(account);
    announce(text('added', account));
    navigator.storage?.persist?.();
  }

  // Codes of another service: there is no device, and no request is ever sent.
  async #addToken({ label, issuer, secret, hash, digits, period }) {
    const seedKey = await importSeed(secret, hash);
    const id = `token-${crypto.randomUUID()}`;
    const token = { id, user: label, issuer, seedKey, digits, period, added: Date.now() };
    await this.vault.tokens.put(token);
    this.list.add(token);
    announce(text('codes_added', token));
    navigator.storage?.persist?.();
  }

  async #register(code, app) {
    const pair = await newKeyPair();
    const body = {
      code,
      public_key: await exportPublicKey(pair),
      ...app,
      name: text('device_name'),
    };
    const device = { id: NEW_DEVICE, privateKey: pair.privateKey };
    const told = await call(device, 'POST', 'activate', { body });
    const account = {
      id: told.device.id,
      user: told.user,
      issuer: told.issuer,
      app: told.device.platform === 'web' ? '' : `${told.device.platform} ${told.device.app_version}`,
      privateKey: pair.privateKey,
      seedKey: told.seed ? await importSeed(told.seed) : null,
      added: Date.now(),
    };
    await this.vault.accounts.put(account);
    return account;
  }

  async #forgetOlder({ id, user }) {
    for (const older of await this.vault.accounts.all()) {
      if (older.user === user && older.id !== id) await this.#remove(older);
    }
  }

  #watch(account) {
    this.list.add(account);
    const watcher = new Watcher(account, {
      holds: () => this.watchers.size <= MAX_HELD,
      onState: (state, problem) => {
        this.list.setState(account.id, state, problem);
        this.connection.update(account.id, state === 'offline');
      },
      onNotices: (notices) => this.notices.update(account, notices),
      onRequests: (requests, end) => {
        this.requests.set(account.id, requests.map((request) => ({ account, request })));
        this.#updateSheet(end);
      },
    });
    this.watchers.set(account.id, watcher);
    watcher.run();
  }

  #updateSheet(end) {
    const all = [...this.requests.values()].flat();
    all.sort((one, other) => one.request.created_at.localeCompare(other.request.created_at));
    this.sheet.update(all, end);
  }

  #askToRemove(account) {
    const dialog = at('removal');
    write(at('removal-user'), account.user);
    show(at('removal-of-account'), Boolean(account.privateKey));
    show(at('removal-of-codes'), !account.privateKey);
    dialog.returnValue = '';
    dialog.onclose = async () => {
      if (dialog.returnValue !== 'remove') return;
      await this.#remove(account);
      announce(text('removed', account));
      this.activation.show(this.list.isEmpty());
    };
    dialog.showModal();
    at('removal-title').focus();
  }

  async #remove(account) {
    this.watchers.get(account.id)?.stop();
    this.watchers.delete(account.id);
    this.requests.delete(account.id);
    this.connection.update(account.id, false);
    this.notices.update(account, []);
    this.list.remove(account.id);
    await (account.privateKey ? this.vault.accounts : this.vault.tokens).remove(account.id);
    this.#updateSheet();
  }
}

function explain(sentence, detail) {
  at('trouble').replaceChildren(sentence, ' ', detail);
  show(at('trouble'), true);
}

function element(name, content) {
  const made = document.createElement(name);
  made.textContent = content;
  return made;
}

function link(address) {
  return Object.assign(element('a', address), { href: address });
}

async function start() {
  at('no-script').remove();
  offerLanguages();
  const server = document.body.dataset.server;
  if (!isSecureContext) {
    explain(text('insecure', { host: location.host }),
      element('code', `tallystick demo --tls --host ${location.hostname} --bind 0.0.0.0`));
    return;
  }
  if (location.origin !== server) {
    explain(text('other_address'), link(`${server}/authenticator/${location.hash}`));
    return;
  }
  try {
    await new App(await openVault()).start();
    workOffline();
  } catch (failure) {
    explain(text('no_vault'), element('code', failure.message));
  }
}

start();

// The form with which an account is added: typed, pasted or scanned, and as which app.

import { read, readCode } from './addresses.js';
import { wantsBroker } from './broker.js';
import { at, show, write } from './dom.js';
import { Scanner, canScan } from './scanner.js';

export class ActivationForm {
  // `add(wanted, app)` takes what addresses.js has read; `app` says what this page is: its platform
  // and version. `isFirst()` says whether there is no account yet.
  constructor({ add, isFirst }) {
    Object.assign(this, { add, isFirst });
    this.scanner = new Scanner((text) => this.#addScanned(text));
    at('scan').addEventListener('click', () => this.scanner.scan());
    canScan().then((can) => show(at('scan'), can));
    at('add').addEventListener('click', () => this.show(true, true));
    at('cancel-activation').addEventListener('click', () => this.show(false));
    at('platform').addEventListener('change', () => this.#nameVersion());
    at('activation-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#addTyped(at('code').value);
    });
    addEventListener('hashchange', () => this.activateFromAddress());
    at('broker').addEventListener('change', () => this.#followBroker());
    if (wantsBroker()) this.#chooseBroker();
    this.#nameVersion();
  }

  show(visible, byHand = false) {
    const first = this.isFirst();
    show(at('activation'), visible);
    show(at('cancel-activation'), !first);
    show(at('add'), !visible && !first);
    write(at('activation-problem'), '');
    at('code').removeAttribute('aria-invalid');
    at('code').value = '';
    if (byHand) at('code').focus();
  }

  // The code leaves the address bar before it is used, so that no history keeps it. A link only
  // activates: what it says of other services is nobody's wish yet.
  async activateFromAddress() {
    const code = location.hash.slice(1);
    if (!code) return;
    history.replaceState(null, '', location.pathname + location.search);
    this.show(true);
    await this.#addTyped(code, (typed) => ({ code: readCode(typed) }));
  }

  async #addTyped(typed, reader = read) {
    at('activate').disabled = true;
    try {
      await this.add(reader(typed), this.#app());
      this.show(false);
    } catch (failure) {
      this.#refuse(failure.message);
      if (typed !== at('code').value) at('code').value = typed; // to be tried as another app
    } finally {
      at('activate').disabled = false;
    }
  }

  // Throws for a code that is of no use, so that the camera looks on.
  #addScanned(text) {
    read(text);
    this.#addTyped(text);
  }

  #app() {
    const app = { platform: at('platform').value, app_version: at('app-version').value.trim() };
    return at('broker').checked ? { ...app, broker: true } : app;
  }

  // The address asks for it: /authenticator/?broker=1
  #chooseBroker() {
    at('advanced').open = true;
    at('broker').checked = true;
    this.#followBroker();
  }

  // Only iOS has broker flows.
  #followBroker() {
    if (at('broker').checked) at('platform').value = 'ios';
    this.#nameVersion();
  }

  #nameVersion() {
    at('app-version').value = at('platform').selectedOptions[0].dataset.version;
    if (at('platform').value !== 'ios') at('broker').checked = false;
  }

  #refuse(problem) {
    write(at('activation-problem'), problem);
    at('code').setAttribute('aria-invalid', 'true');
    at('code').focus();
  }
}

// iOS broker flow: sign-in page and app on one device. The sign-in page shows this page over itself;
// the number stays on the sign-in page, and this page can only ask it to be seen again.

export const COVERS_AFTER = 2000; // milliseconds for which the number is seen before a request

const isBrokerPage = new URLSearchParams(location.search).get('broker') === '1';
const isOverSignInPage = window.parent !== window;

export const isBrokerFlow = (request) => isBrokerPage && Boolean(request.broker);

export const wantsBroker = () => isBrokerPage;

export function tellRequestShown() {
  tell('tallystick: request shown');
}

// Returns whether a sign-in page lies below this page, and shows its number now.
export function showNumberAgain() {
  tell('tallystick: show the number');
  return isOverSignInPage;
}

function tell(word) {
  if (isOverSignInPage) window.parent.postMessage(word, location.origin);
}

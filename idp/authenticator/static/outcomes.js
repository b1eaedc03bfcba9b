// How a request ended, in the words of the phone: the kind of picture, the title and the text.

const OUTCOMES = {
  approved: ['good', 'Approved', 'You can go on at the sign-in page.'],
  denied: ['ended', 'Denied', 'Nobody was signed in.'],
  reported: ['ended', 'Denied and reported', 'Nobody was signed in. No more requests are sent to you until you sign in with a code or an administrator allows them. If someone knows your password, change it.'],
  wrong_number: ['bad', 'That was not the number', 'The request is over. Start again at the sign-in page.'],
  user_blocked: ['bad', 'Your account is blocked', 'The request is over, and nobody was signed in. Contact your administrator.'],
  over: ['ended', 'This request is over', 'It was answered elsewhere, replaced by a newer one, or its sign-in was ended.'],
  refused: ['bad', 'This request is over', ''],
  expired: ['bad', 'Too late', 'The time to answer is over. Start again at the sign-in page.'],
};
const UNFORESEEN = ['bad', 'That did not work', ''];

// Whoever sees a newer request knows that the time of the last one is over.
const GIVES_WAY = ['expired'];

// Returns the outcome of this name, or one that shows what the server said.
export function outcomeOf(name, said) {
  const [kind, title, usual] = OUTCOMES[name] ?? UNFORESEEN;
  return { kind, title, text: said ?? usual, stays: kind === 'bad' && !GIVES_WAY.includes(name) };
}

/** The page calls the same URLs as any other client of the bot. Reload it after a restart: the state is still there. */
export const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Order bot</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 70rem; margin: 1rem auto; padding: 0 1rem; }
  main { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1.5rem; }
  #log { list-style: none; padding: 0; white-space: pre-line; }
  #log li { margin: .5rem 0; }
  #log .own { text-align: right; opacity: .75; }
  form { display: flex; gap: .5rem; }
  input[name=text] { flex: 1; }
  input, button { font: inherit; padding: .4rem .6rem; }
  pre { padding: 1rem; border: 1px solid; border-radius: .4rem; overflow: auto; }
</style>
<h1>Order bot</h1>
<main>
  <section aria-labelledby="chat-title">
    <h2 id="chat-title">Chat <label>number <input name="chat" size="8" maxlength="64"></label></h2>
    <ol id="log" aria-live="polite"></ol>
    <form><input name="text" aria-label="Message" placeholder="hello" autofocus required><button>Send</button></form>
  </section>
  <section aria-labelledby="state-title">
    <h2 id="state-title">What is stored</h2>
    <pre id="state">nothing</pre>
  </section>
</main>
<script>
  const form = document.querySelector('form');
  const chat = document.querySelector('[name=chat]');
  const log = document.querySelector('#log');
  const state = document.querySelector('#state');
  chat.value = localStorage.getItem('chat') ?? String(Math.floor(Math.random() * 1e6));

  const urlOf = (path) => '/chats/' + encodeURIComponent(chat.value) + path;
  const add = (text, className) => {
    const item = document.createElement('li');
    item.textContent = text;
    item.className = className;
    log.append(item);
    item.scrollIntoView({ block: 'nearest' });
  };
  const showState = async () => {
    const response = await fetch(urlOf(''));
    state.textContent = response.status === 404 ? 'nothing' : JSON.stringify(await response.json(), null, 2);
  };

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = form.elements.text.value;
    form.reset();
    add(text, 'own');
    const headers = { 'Content-Type': 'application/json' };
    try {
      const response = await fetch(urlOf('/messages'), { method: 'POST', headers, body: JSON.stringify({ text }) });
      const body = await response.json();
      add(body.reply ?? body.message, '');
      await showState();
    } catch {
      add('The bot does not run. Start it again and send the message once more.', '');
    }
  });
  chat.addEventListener('change', () => {
    localStorage.setItem('chat', chat.value);
    log.replaceChildren();
    void showState();
  });
  localStorage.setItem('chat', chat.value);
  void showState();
</script>
</html>
`;

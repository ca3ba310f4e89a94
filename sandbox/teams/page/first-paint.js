/* Sets the theme before anything is drawn: ?theme=, else what was chosen before, else what the system prefers. */
(() => {
  const wanted = new URLSearchParams(location.search).get('theme') ?? localStorage.getItem('theme');
  const dark =
    wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();

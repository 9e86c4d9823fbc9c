// Keeps tracks as a playlist of that name: what came of it in words, and whether it was kept.

export async function keepTracks(name, tracks) {
  try {
    const response = await fetch("/api/v1/playlists", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name, tracks }) });
    const answer = await response.json();
    return { kept: response.ok, said: response.ok ? `Kept: ${tracks.length.toLocaleString("en")} tracks as “${name}”.` : answer.detail };
  } catch {
    return { kept: false, said: "The server did not answer. Is mir still running?" };
  }
}

// Why a track's sound did not come: {reason, in words; lost: does it make no sense to wait for it?}.

const LOST = new Set([404, 422]); // the file is gone, or holds nothing that can be decoded

export async function whyNot(track, address) {
  if (!track.id) return { lost: true, reason: "This browser cannot play the file." };
  try {
    const answer = await fetch(address);
    if (answer.ok) {
      answer.body.cancel();
      return { lost: true, reason: "This browser cannot play it." };
    }
    return { lost: LOST.has(answer.status), reason: (await answer.json()).detail };
  } catch {
    return { lost: false, reason: "The server did not answer; play tries again." };
  }
}

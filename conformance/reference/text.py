"""What the reference server's language model has read: a few paragraphs, written for it and good for nothing else."""

PARAGRAPHS = (
    "The harbour wakes before the town does — always. Boats come in with the tide, and the gulls follow them to the quay.",
    "Every morning the baker — a señor from Cádiz — opens a blue door and puts warm bread on the sill. The street smells of"
    " yeast and rain.",
    "A good answer is short — but it is never empty. First say what you know, then say how you know it.",
    "The old lighthouse keeper — Zoë’s uncle — counted the ships in a small green book. He wrote one line for each ship and"
    " a second line for the weather.",
    "In winter the river is slow — and grey. Children skate near the bridge until the lamps are lit.",
    "You could ask the question in another way — or not at all. Perhaps the simple words are the right words after all.",
    "There are seven hills — old ones — around the valley, and each hill has a name that nobody can spell.",
    "Some people count sheep — some count stars. My aunt — naïve as she is — counts the steps between the kitchen and the "
    "garden.",
    "It rained for nine days — so the market moved into the station hall. Nobody wanted to move it back.",
    "Here is a list of things to bring — a map, a warm coat, two apples and a little patience.",
    "Thank you for the question — it is a good one. The café on the corner has the answer, and the answer costs one coin.",
    "When the wind turns north — it does in May — the mill begins to sing. We hear it in the fields and in our sleep.",
    "No two clocks in the tower agree — that is why the town has so much time — and the mayor’s watch is no better.",
    "Red is the colour of the roofs — white is the colour of the walls, and blue is what the sea does to both.",
    "Now imagine a train — with only one carriage. It leaves at eight, it stops at every village, and it is always late.",
    "Yes — that is a fair point. However — and this is odd — the map was drawn by a man who had never seen the coast.",
    "We learned to read — from labels and letters. The first word I could spell was lemon, the second was north.",
    "Of all the tools in the shed — all nine — the small hammer is the one that everybody borrows and nobody brings back.",
    "At night the radio plays slow songs — “très lent” — and the cat listens with its eyes closed. The moon is a plate on "
    "the water.",
    "To make soup — or purée — take an onion, a carrot and some time. Stir it slowly and tell it about your day.",
)

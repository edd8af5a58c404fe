"""What OpenAI's API is: one module per part of the API. A module added here is found; there is no list to keep."""

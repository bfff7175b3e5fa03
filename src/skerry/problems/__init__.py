"""Problems of a Diagnosis as other tools list them, and the user's acceptance of some of them."""

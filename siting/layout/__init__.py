"""The layout plan: several services over several periods; what stays, grows, moves, opens and closes, when."""

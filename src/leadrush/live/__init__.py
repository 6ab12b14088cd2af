"""The live room: sound and pictures by a media server, and the talk beside them."""

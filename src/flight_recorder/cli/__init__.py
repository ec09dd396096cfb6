"""What people type. Arguments in, a renderable out; the work is done in the rooms below."""

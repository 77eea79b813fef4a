"""How dates are written, where Django's way is not the Belgian one."""

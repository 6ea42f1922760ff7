from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Who signs in. What a user may do comes from the roles (groups) alone, AUT-4."""

from branches.models.organisation import Organisation, OrganisationQuerySet
from branches.models.post import Post
from branches.models.setting import RuleSetting

__all__ = ["Organisation", "OrganisationQuerySet", "Post", "RuleSetting"]

using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Queue;

namespace Libra.Deploy.Application.Queue;

internal static class DeadLetterVisibility
{
    /// <summary>A message that names no deployment belongs to no organization, so only those who see all see it.</summary>
    public static bool IsVisibleTo(this DeadLetter letter, OrganizationFilter caller) =>
        letter.OrganizationId is null ? caller.Only is null : caller.Allows(letter.OrganizationId);
}

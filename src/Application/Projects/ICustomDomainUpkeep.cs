namespace Libra.Deploy.Application.Projects;

/// <summary>Looks after custom domains in regular rounds, and between them when asked to.</summary>
public interface ICustomDomainUpkeep
{
    /// <summary>Has a worker look soon. Safe to repeat; when nobody can be asked now, the next round does it.</summary>
    void LookSoon();
}

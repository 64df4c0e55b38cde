using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Oracle;

/// <summary>The files that newer.py makes.</summary>
public sealed class NewerFiles : ScriptedFiles
{
    public NewerFiles()
    {
        if (!OperatingSystem.IsLinux())
            Repository.SkipOrFail("the script finds libhdf5 as Linux shows it");

        Make("newer.py");
    }

    public Hdf5File Open(string file) => OpenFile(file);
}

namespace Microtome.Hdf5.ObjectLevel;

/// <summary>Header message numbers (specification IV.A.2).</summary>
internal enum MessageType
{
    Nil = 0x00,
    Dataspace = 0x01,
    LinkInfo = 0x02,
    Datatype = 0x03,
    FillValueOld = 0x04,
    FillValue = 0x05,
    Link = 0x06,
    ExternalFiles = 0x07,
    DataLayout = 0x08,
    GroupInfo = 0x0A,
    FilterPipeline = 0x0B,
    Attribute = 0x0C,
    Continuation = 0x10,
    SymbolTable = 0x11,
    BTreeK = 0x13,
    DriverInfo = 0x14,
    AttributeInfo = 0x15,
    SharedMessageTable = 0x0F,
    MetadataCacheImage = 0x18,
}
